/** The one door: who is asking, and what they may do, by the protocol's table of permissions. Knows no route. */
import { type Action, may, ProtocolError, type Role } from '@cotrace/protocol';
import type { AccountStore } from '../store/accountStore.ts';
import type { Access, Actor, OwnedKind } from './access.ts';
import type { Accounts } from './accounts.ts';
import { bearerOf, hashToken, sameSecret } from './secrets.ts';

/** Entries of a cache before it is emptied: a hundred people in a hundred projects fit. */
const CACHE_SIZE = 10_000;

export function createAccess(deps: {
  store: AccountStore;
  accounts: Accounts;
  trainerToken: string;
}): Access {
  const { store, accounts } = deps;
  const roles = new Map<string, Role | undefined>();
  /** Ids never move between projects, so what was found once holds. */
  const projects = new Map<string, string>();
  const listeners = new Set<Parameters<Access['onRoleChange']>[0]>();
  const signOutListeners = new Set<(userId: string) => void>();
  /** Counts role changes: an answer that was on its way during one is not kept. */
  let changes = 0;

  const remember = <T>(cache: Map<string, T>, key: string, value: T) => {
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(key, value);
  };

  const roleOf = async (userId: string, projectId: string): Promise<Role | undefined> => {
    const key = `${userId} ${projectId}`;
    if (roles.has(key)) return roles.get(key);
    const before = changes;
    const role = await store.roleOf(userId, projectId);
    if (before === changes) remember(roles, key, role);
    return role;
  };

  const projectOf = async (kind: OwnedKind, id: string): Promise<string | undefined> => {
    const key = `${kind} ${id}`;
    const known = projects.get(key);
    if (known) return known;
    const found = await store.projectOf(kind, id);
    if (found) remember(projects, key, found);
    return found;
  };

  return {
    async signIn({ headers, url }): Promise<Actor | undefined> {
      const token = bearerOf(headers.authorization) ?? url?.searchParams.get('token');
      if (token) return store.actorOfToken(hashToken(token));
      const userId = await accounts.userOfCookie(headers);
      return userId ? store.findActor(userId) : undefined;
    },

    isTrainer({ headers }): boolean {
      const token = bearerOf(headers.authorization);
      return token !== undefined && sameSecret(token, deps.trainerToken);
    },

    roleOf,
    projectOf,

    async require(actor: Actor, projectId: string | undefined, action: Action): Promise<Role> {
      const role = projectId ? await roleOf(actor.userId, projectId) : undefined;
      if (!role) throw new ProtocolError('NOT_FOUND');
      if (!may(role, action))
        throw new ProtocolError('FORBIDDEN', `You are ${role} there.`, { role, action });
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
      changes += 1;
      roles.delete(`${change.userId} ${change.projectId}`);
      for (const listener of listeners) listener(change);
    },
  };
}
