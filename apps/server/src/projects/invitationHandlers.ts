/** Invitation links: made, listed, withdrawn, read, used once. Only their hash is kept. */
import { randomUUID } from 'node:crypto';
import { grantableRoles, ProtocolError } from '@cotrace/protocol';
import type { Access } from '../access/access.ts';
import { newUserColor } from '../access/accountHandlers.ts';
import type { Accounts } from '../access/accounts.ts';
import { hashToken, newToken } from '../access/secrets.ts';
import type { Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { InvitationRow, InvitationStore, Use } from '../store/invitationStore.ts';

export function createInvitationHandlers(deps: {
  store: InvitationStore;
  accounts: Accounts;
  access: Access;
  live: LiveEvents;
  publicUrl: string;
}): Handlers<
  | 'listInvitations'
  | 'createInvitation'
  | 'deleteInvitation'
  | 'readInvitation'
  | 'acceptInvitation'
  | 'signUpWithInvitation'
> {
  const { store, accounts, access, live } = deps;

  const joined = (use: Use): Extract<Use, { outcome: 'joined' }> => {
    switch (use.outcome) {
      case 'joined':
        access.roleChanged({ userId: use.userId, projectId: use.projectId, role: use.role });
        live.emit(use.projectId, 'changed', { kind: 'people' });
        return use;
      case 'unknown':
        throw unknownLink();
      case 'used':
        throw new ProtocolError('INVITATION_USED');
      case 'expired':
        throw new ProtocolError('INVITATION_EXPIRED');
      case 'emailTaken':
        throw new ProtocolError(
          'CONFLICT',
          'There is an account with this e-mail address already: sign in with it, then open the link again.',
        );
    }
  };

  return {
    async listInvitations({ projectId }) {
      return (await store.list(projectId)).map((row) => shown(row, null));
    },

    async createInvitation({ projectId, body, actor, role }) {
      if (!grantableRoles(role).includes(body.role)) {
        throw new ProtocolError(
          'FORBIDDEN',
          `As ${role} you may invite: ${grantableRoles(role).join(', ')}.`,
        );
      }
      const token = newToken();
      const row = await store.create({
        projectId,
        role: body.role,
        hash: hashToken(token),
        expiresAt: new Date(Date.now() + body.expiresInHours * 3_600_000),
        createdById: actor.userId,
      });
      live.emit(projectId, 'changed', { kind: 'people' });
      return shown(row, `${deps.publicUrl}/join/${token}`);
    },

    async deleteInvitation({ projectId, params }) {
      if (!(await store.delete(projectId, params.invitationId))) throw new ProtocolError('NOT_FOUND');
      live.emit(projectId, 'changed', { kind: 'people' });
      return undefined;
    },

    async readInvitation({ params }) {
      const row = await store.find(hashToken(params.invitationToken));
      if (!row) throw unknownLink();
      if (row.usedBy !== undefined) throw new ProtocolError('INVITATION_USED');
      if (row.expiresAt <= new Date()) throw new ProtocolError('INVITATION_EXPIRED');
      const { projectName, role, invitedBy, expiresAt } = row;
      return { projectName, role, invitedBy, expiresAt: expiresAt.toISOString() };
    },

    async acceptInvitation({ params, actor }) {
      const use = joined(await store.accept(hashToken(params.invitationToken), actor.userId));
      return { projectId: use.projectId };
    },

    async signUpWithInvitation({ params, body, request, response }) {
      const use = joined(
        await store.signUp(hashToken(params.invitationToken), {
          id: randomUUID(),
          name: body.name,
          email: body.email.toLowerCase(), // better-auth looks them up in lower case
          color: newUserColor(),
          passwordHash: await accounts.hashPassword(body.password),
        }),
      );
      response.append('set-cookie', await accounts.beginSession(use.userId, request.headers));
      return { userId: use.userId, projectId: use.projectId };
    },
  };
}

const unknownLink = () =>
  new ProtocolError('TOKEN_INVALID', 'The invitation was withdrawn, or its link was cut short.');

function shown(row: InvitationRow, url: string | null) {
  return {
    id: row.id,
    role: row.role,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    usedBy: row.usedBy ?? null,
    url,
  };
}
