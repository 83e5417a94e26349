/** Routes of a person: signing in with the start's token, who I am, my tokens. */
import { randomBytes } from 'node:crypto';
import { ProtocolError } from '@cotrace/protocol';
import type { Handlers } from '../http/handlers.ts';
import type { AccountStore } from '../store/accountStore.ts';
import type { Access } from './access.ts';
import type { Accounts } from './accounts.ts';
import { hashToken, newToken } from './secrets.ts';

/** The person who started the server. The account is there from the first start. */
export const OWNER = { id: 'owner', name: 'You', email: 'you@cotrace.local', color: '#4dabf7' } as const;

/** The line of the start may stand in a terminal for a night. */
const SIGN_IN_TOKEN_HOURS = 24;

/** A new one-time token of the owner; older ones are void. */
export async function issueSignInToken(store: AccountStore): Promise<string> {
  const token = newToken();
  await store.ensureUser({ ...OWNER });
  await store.putSignInToken(
    OWNER.id,
    hashToken(token),
    new Date(Date.now() + SIGN_IN_TOKEN_HOURS * 3_600_000),
  );
  return token;
}

/** Colours that are told apart on grey tissue. */
const COLORS = ['#f59f00', '#e64980', '#12b886', '#7950f2', '#fa5252', '#15aabf', '#82c91e', '#be4bdb'];
export const newUserColor = (): string => COLORS[randomBytes(1)[0]! % COLORS.length]!;

export function createAccountHandlers(deps: {
  store: AccountStore;
  accounts: Accounts;
  access: Pick<Access, 'signedOut'>;
}): Handlers<'signInWithToken' | 'me' | 'listTokens' | 'createToken' | 'deleteToken'> {
  const { store, accounts, access } = deps;
  return {
    async signInWithToken({ body, request, response }) {
      const userId = await store.takeSignInToken(hashToken(body.token));
      if (!userId) throw new ProtocolError('TOKEN_INVALID');
      response.append('set-cookie', await accounts.beginSession(userId, request.headers));
      return { userId };
    },

    async me({ actor }) {
      return actor;
    },

    async listTokens({ actor }) {
      const rows = await store.listTokens(actor.userId);
      return rows.map(({ createdAt, lastUsedAt, ...row }) => ({
        ...row,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
      }));
    },

    async createToken({ actor, body }) {
      const token = newToken();
      const row = await store.createToken({ userId: actor.userId, name: body.name, hash: hashToken(token) });
      return { id: row.id, name: row.name, createdAt: row.createdAt.toISOString(), lastUsedAt: null, token };
    },

    async deleteToken({ actor, params }) {
      if (!(await store.deleteToken(actor.userId, params.tokenId))) throw new ProtocolError('NOT_FOUND');
      access.signedOut(actor.userId);
      return undefined;
    },
  };
}
