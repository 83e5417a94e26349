/** Routes of a project's members: who is in it, with which role. Nobody gives away more than they have. */
import { grantableRoles, ProtocolError, type Role } from '@cotrace/protocol';
import type { Access } from '../access/access.ts';
import type { Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { ProjectStore } from '../store/projectStore.ts';

export function createPeopleHandlers(deps: {
  store: ProjectStore;
  access: Access;
  live: LiveEvents;
}): Handlers<'listPeople' | 'changeRole' | 'removePerson'> {
  const { store, access, live } = deps;

  /** A lead may not touch an owner. */
  const requireAbove = async (mine: Role | undefined, projectId: string, userId: string): Promise<void> => {
    const theirs = await access.roleOf(userId, projectId);
    if (!theirs) throw new ProtocolError('NOT_FOUND');
    if (!grantableRoles(mine).includes(theirs))
      throw new ProtocolError('FORBIDDEN', `As ${mine} you cannot change a member who is ${theirs}.`);
  };

  const change = async (projectId: string, userId: string, role: Role | undefined): Promise<void> => {
    switch (await store.changeMember(projectId, userId, role)) {
      case 'lastOwner':
        throw new ProtocolError(
          'CONFLICT',
          'A project keeps at least one owner: make somebody else owner first.',
        );
      case 'notMember':
        throw new ProtocolError('NOT_FOUND');
      case 'done':
        access.roleChanged({ userId, projectId, role });
        live.emit(projectId, 'changed', { kind: 'people' });
    }
  };

  return {
    listPeople: ({ projectId }) => store.listPeople(projectId),

    async changeRole({ projectId, params, body, role }) {
      await requireAbove(role, projectId, params.userId);
      if (!grantableRoles(role).includes(body.role))
        throw new ProtocolError('FORBIDDEN', `As ${role} you may give: ${grantableRoles(role).join(', ')}.`);
      await change(projectId, params.userId, body.role);
      const person = (await store.listPeople(projectId)).find(({ userId }) => userId === params.userId);
      if (!person) throw new ProtocolError('CONFLICT');
      return person;
    },

    async removePerson({ projectId, params, role }) {
      await requireAbove(role, projectId, params.userId);
      await change(projectId, params.userId, undefined);
      return undefined;
    },
  };
}
