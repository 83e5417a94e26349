/** The name of this page's editing session. Lives as long as the page does; refuses to be shared. */

/**
 * Not kept in sessionStorage: a duplicated tab inherits that, and two tabs that push into one session's array would give
 * the same stroke numbers twice. Undo lives in the page's memory anyway.
 */
let current: string | undefined;

/** 24 characters of the protocol's `SESSION_ID`, unguessable. */
export function sessionIdOfThisPage(): string {
  current ??= [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  return current;
}
