/** People, roles and tokens in memory, judged by the real table of permissions. */
import { may, ProtocolError, type Role } from '@cotrace/protocol';
import type { Access, OwnedKind } from '../../access/access.ts';

export interface MemoryAccess extends Access {
  /** Gives somebody a role in a project (undefined: none) and tells the listeners. The token is `token-of-<name>`. */
  setRole(name: string, role: Role | undefined, projectId?: string): void;
  /** Says which project a thing belongs to; `project` unless told, undefined for what does not exist. */
  ownerOf: (kind: OwnedKind, id: string) => string | undefined;
  /** The token of this person is worth nothing from now on, and the listeners are told. */
  withdraw(name: string): void;
  /** Sign-ins wait until the returned function is called. */
  holdSignIns(): () => void;
}

export const tokenOf = (name: string): string => `token-of-${name}`;

export function createMemoryAccess(): MemoryAccess {
  const roles = new Map<string, Map<string, Role>>();
  const listeners = new Set<Parameters<Access['onRoleChange']>[0]>();
  const signOutListeners = new Set<(userId: string) => void>();
  const withdrawn = new Set<string>();
  let gate: Promise<void> = Promise.resolve();

  const access: MemoryAccess = {
    ownerOf: () => 'project',
    setRole(name, role, projectId = 'project') {
      const ofPerson = roles.get(name) ?? new Map<string, Role>();
      roles.set(name, ofPerson);
      if (role === undefined) ofPerson.delete(projectId);
      else ofPerson.set(projectId, role);
      access.roleChanged({ userId: name, projectId, role });
    },
    withdraw(name) {
      withdrawn.add(name);
      access.signedOut(name);
    },
    holdSignIns() {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    async signIn({ headers, url }) {
      await gate;
      const token =
        url?.searchParams.get('token') ?? headers.authorization?.replace(/^Bearer /, '') ?? headers.cookie;
      const name = [...roles.keys()].find((person) => tokenOf(person) === token);
      return name === undefined || withdrawn.has(name)
        ? undefined
        : { userId: name, name, email: `${name}@example.org`, color: '#4dabf7' };
    },
    isTrainer: () => false,
    roleOf: async (userId, projectId) => roles.get(userId)?.get(projectId),
    projectOf: async (kind, id) => access.ownerOf(kind, id),
    async require(actor, projectId, action) {
      const role = projectId === undefined ? undefined : roles.get(actor.userId)?.get(projectId);
      if (role === undefined) throw new ProtocolError('NOT_FOUND');
      if (!may(role, action)) throw new ProtocolError('FORBIDDEN');
      return role;
    },
    onRoleChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onSignOut(listener) {
      signOutListeners.add(listener);
      return () => signOutListeners.delete(listener);
    },
    signedOut(userId) {
      for (const listener of signOutListeners) listener(userId);
    },
    roleChanged(change) {
      for (const listener of listeners) listener(change);
    },
  };
  return access;
}
