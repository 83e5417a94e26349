/** The way to the sign-in page and back. Only paths of this application are ever gone back to. */

const OPEN = ['/sign-in', '/join/'];

/** Address of the sign-in page that leads back to where somebody is now; null on pages that need nobody signed in. */
export function signInPath(here: { pathname: string; search: string }): string | null {
  if (OPEN.some((path) => here.pathname.startsWith(path))) return null;
  const back = `${here.pathname}${here.search}`;
  return back === '/' || back === '/projects' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(back)}`;
}

/** Where to go after signing in. Anything but a path of this origin would be an open redirect: `/projects` instead. */
export function pathAfterSignIn(next: string | null | undefined): string {
  const isOwnPath = !!next && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in');
  return isOwnPath ? next : '/projects';
}
