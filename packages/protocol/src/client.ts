/** A typed caller of {@link routes} over any `fetch`. Knows no cookie, no retry, no cache. */
import type { z } from 'zod';
import { type ErrorBody, errorBody } from './errors.ts';
import { type Route, type RouteName, routes } from './routes.ts';

type Json<T> = T extends z.ZodType ? z.output<T> : T extends string ? Uint8Array : undefined;
type Params<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Params<`/${Rest}`>
  : P extends `${string}:${infer Name}`
    ? Name extends `${infer Bare}.${string}`
      ? Bare
      : Name
    : never;

type BodyOf<R> = R extends { readonly body: infer B }
  ? B extends z.ZodType
    ? { body: z.input<B> }
    : { body: Uint8Array | object }
  : { body?: undefined };
type ParamsOf<R extends Route> = [Params<R['path']>] extends [never]
  ? { params?: undefined }
  : { params: Record<Params<R['path']>, string> };
type QueryOf<R> = R extends { readonly query: infer Q extends z.ZodObject }
  ? { query?: z.input<Q> }
  : { query?: undefined };

export type CallOptions<N extends RouteName> = ParamsOf<(typeof routes)[N]> &
  BodyOf<(typeof routes)[N]> &
  QueryOf<(typeof routes)[N]> & { headers?: Record<string, string> };
export type CallResult<N extends RouteName> = (typeof routes)[N] extends { readonly response: infer R }
  ? Json<R>
  : undefined;

/** The part of the platform's `fetch` that is used; bodies are JSON text, bytes, or whatever the platform takes (FormData). */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: unknown },
) => Promise<{ ok: boolean; status: number; json(): Promise<unknown>; arrayBuffer(): Promise<ArrayBuffer> }>;

/** An answer that was no success: the server's own code and sentence, or `UNREACHABLE`. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
  }
}

export interface Client {
  /** @throws RemoteError with the code that the server gave, or `UNREACHABLE` when none answered. */
  call<N extends RouteName>(name: N, options: CallOptions<N>): Promise<CallResult<N>>;
}

/** Fill `:names` of a route's path, e.g. `routeUrl('sectionImage', {sectionId})`. */
export function routeUrl(name: RouteName, params: Record<string, string> = {}): string {
  return routes[name].path.replace(/:([A-Za-z]+)/g, (_, key: string) =>
    encodeURIComponent(params[key] ?? ''),
  );
}

export function createClient(options: {
  baseUrl: string;
  fetch: Fetch;
  headers?: Record<string, string>;
}): Client {
  return {
    async call(name, given) {
      const route: Route = routes[name];
      const query = Object.entries((given.query ?? {}) as Record<string, unknown>)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
        .join('&');
      const url = `${options.baseUrl}${routeUrl(name, given.params ?? {})}${query ? `?${query}` : ''}`;
      const headers = { ...options.headers, ...given.headers };
      let body: unknown;
      if (typeof route.body === 'string') {
        body = given.body;
        if (route.body !== 'multipart/form-data') headers['content-type'] = route.body;
      } else if (route.body) {
        body = JSON.stringify(given.body);
        headers['content-type'] = 'application/json';
      }
      const answer = await options
        .fetch(url, { method: route.method, headers, ...(body === undefined ? {} : { body }) })
        .catch((cause: unknown) => {
          throw new RemoteError(
            'UNREACHABLE',
            0,
            `No answer from ${options.baseUrl || 'the server'}: is it running?`,
            cause,
          );
        });
      if (!answer.ok) throw await remoteError(answer);
      if (typeof route.response === 'string') return new Uint8Array(await answer.arrayBuffer()) as never;
      if (!route.response) return undefined as never;
      return route.response.parse(await answer.json()) as never;
    },
  };
}

async function remoteError(answer: { status: number; json(): Promise<unknown> }): Promise<RemoteError> {
  const text: unknown = await answer.json().catch(() => undefined);
  const parsed = errorBody.safeParse(text);
  const body: ErrorBody = parsed.success
    ? parsed.data
    : { code: 'UNREACHABLE', message: `The server answered with status ${answer.status} and no reason.` };
  return new RemoteError(body.code, answer.status, body.message, body.details);
}
