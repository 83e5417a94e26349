/** Accounts over better-auth: sessions in a cookie, e-mail and password; new accounts by invitation only. Knows no project. */
import type { IncomingHttpHeaders } from 'node:http';
import { ProtocolError } from '@cotrace/protocol';
import { betterAuth } from 'better-auth';
import { createAuthEndpoint, isAPIError } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { hashPassword } from 'better-auth/crypto';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { z } from 'zod';
import type { Log } from '../log.ts';
import type { AuthDatabase } from '../store/authDatabase.ts';

/** Days that a browser stays signed in without being used. */
const SESSION_DAYS = 30;

export interface Accounts {
  /** For /api/auth/…: better-auth's own routes. */
  handler: ReturnType<typeof toNodeHandler>;
  userOfCookie(headers: IncomingHttpHeaders): Promise<string | undefined>;
  /** Starts a session; the values of the `set-cookie` headers to answer with. */
  beginSession(userId: string, headers: IncomingHttpHeaders): Promise<string[]>;
  hashPassword(password: string): Promise<string>;
}

export function createAccounts(deps: {
  database: AuthDatabase;
  secret: string;
  publicUrl: string;
  /** After a session has ended, by whatever way. */
  onSessionEnded: (userId: string) => void;
  log: Log;
}): Accounts {
  const auth = betterAuth({
    database: deps.database,
    secret: deps.secret,
    baseURL: deps.publicUrl,
    basePath: '/api/auth',
    // A page may sign in to the host that it came from, whatever name the server is reached by.
    trustedOrigins: (request) => {
      const host = request?.headers.get('host');
      return host ? [deps.publicUrl, `http://${host}`, `https://${host}`] : [deps.publicUrl];
    },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 128 },
    session: { expiresIn: SESSION_DAYS * 86_400, updateAge: 86_400 },
    databaseHooks: { session: { delete: { after: async ({ userId }) => deps.onSessionEnded(userId) } } },
    user: { additionalFields: { color: { type: 'string', required: false, input: false } } },
    advanced: {
      cookiePrefix: 'cotrace',
      useSecureCookies: deps.publicUrl.startsWith('https:'),
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true },
    },
    // Tries are counted by http/tries.ts, for every way in alike.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message) => deps.log[level === 'error' ? 'error' : 'warn'](`sign-in: ${message}`),
    },
    plugins: [sessionsFor],
  });
  return {
    handler: toNodeHandler(auth),
    async userOfCookie(headers) {
      if (!headers.cookie) return undefined;
      const found = await auth.api
        .getSession({ headers: fromNodeHeaders(headers) })
        .catch((error: unknown) => {
          // Looking a session up needs the database and nothing else; better-auth hides why it failed.
          throw isAPIError(error) && error.statusCode >= 500
            ? new ProtocolError('DATABASE_UNAVAILABLE')
            : error;
        });
      return found?.user.id;
    },
    async beginSession(userId, headers) {
      const { headers: answer } = await auth.api.beginSession({
        body: { userId },
        headers: fromNodeHeaders(headers),
        returnHeaders: true,
      });
      return answer.getSetCookie();
    },
    hashPassword,
  };
}

/** A session for somebody whose right to it was checked elsewhere. Has no path: only this process can call it. */
const sessionsFor = {
  id: 'cotrace-sessions',
  endpoints: {
    beginSession: createAuthEndpoint(
      { method: 'POST', body: z.object({ userId: z.string() }) },
      async (context) => {
        const { internalAdapter } = context.context;
        const user = await internalAdapter.findUserById(context.body.userId);
        if (!user) throw new Error(`there is no user ${context.body.userId}`);
        const session = await internalAdapter.createSession(user.id);
        await setSessionCookie(context, { session, user });
        return { userId: user.id };
      },
    ),
  },
};
