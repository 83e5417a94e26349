/** The server's routes as typed calls from this page's own origin, signed in by its cookie. */
import { createClient, RemoteError } from '@cotrace/protocol';

export const api = createClient({
  baseUrl: '',
  fetch: (url, init) =>
    fetch(url, { ...init, body: (init.body ?? null) as BodyInit | null, credentials: 'same-origin' }),
});

/** What to show of anything that was thrown: the server's sentence where there is one. */
export function sentenceOf(error: unknown): string {
  if (error instanceof RemoteError) return error.message;
  return error instanceof Error && error.message
    ? error.message
    : 'Something went wrong in this page. Load it again.';
}

export const isRemote = (error: unknown, ...codes: string[]): error is RemoteError =>
  error instanceof RemoteError && codes.includes(error.code);
