'use client';
/** Signing in and out by password, through better-auth's endpoints; failures as the sentences that the page shows. */
import { RemoteError } from '@cotrace/protocol';
import { createAuthClient } from 'better-auth/client';

/** What better-auth says is for programmers; these say what to do. Others pass through as they came. */
const SENTENCES: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD:
    'E-mail or password is wrong. Check both; who has lost the password asks a lead for a new invitation.',
  INVALID_EMAIL: 'An e-mail address looks like name@example.org. Correct it and try again.',
};

interface AuthAnswer {
  error: { code?: string | undefined; message?: string | undefined; status: number } | null;
}

const auth = () => createAuthClient({ baseURL: window.location.origin, basePath: '/api/auth' });

async function orThrow(asked: Promise<AuthAnswer>): Promise<void> {
  const { error } = await asked.catch((cause: unknown) => {
    throw new RemoteError('UNREACHABLE', 0, 'No answer from the server: is it running?', cause);
  });
  if (!error) return;
  const code = error.code ?? 'SIGN_IN_FAILED';
  const sentence =
    SENTENCES[code] ?? error.message ?? `Signing in failed with status ${error.status}. Try again.`;
  throw new RemoteError(code, error.status, sentence);
}

/** @throws RemoteError */
export const signIn = (given: { email: string; password: string }): Promise<void> =>
  orThrow(auth().signIn.email(given));

/** @throws RemoteError */
export const signOut = (): Promise<void> => orThrow(auth().signOut());
