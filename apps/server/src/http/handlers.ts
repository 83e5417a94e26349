/** What an area of the server hands to the router: one function a route of packages/protocol. */

import type { CallOptions, CallResult, Role, RouteName, routes } from '@cotrace/protocol';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Actor } from '../access/access.ts';

/** Raw bytes to send instead of JSON. `immutable`: the address names its content for ever. */
export class Bytes {
  constructor(
    readonly body: Uint8Array | NodeJS.ReadableStream,
    readonly options: { type: string; fileName?: string; immutable?: boolean; etag?: string },
  ) {}
}

type QueryOf<N extends RouteName> = (typeof routes)[N] extends { readonly query: infer Q extends z.ZodObject }
  ? z.output<Q>
  : undefined;
type BodyOf<N extends RouteName> = (typeof routes)[N] extends { readonly body: infer B }
  ? B extends z.ZodType
    ? z.output<B>
    : undefined
  : undefined;

/** Everything is parsed and authorised before a handler is called. Raw bodies (files) are read from `request`. */
export interface Asked<N extends RouteName> {
  params: NonNullable<CallOptions<N>['params']>;
  query: QueryOf<N>;
  body: BodyOf<N>;
  /** Signed-in person; for `public` and `trainer` routes there may be none: do not read it there. */
  actor: Actor;
  /** Project that the path belongs to; empty where a route belongs to none. */
  projectId: string;
  role: Role | undefined;
  request: Request;
  response: Response;
}

type Answer<N extends RouteName> =
  CallResult<N> extends Uint8Array ? Bytes : CallResult<N> extends undefined ? undefined : CallResult<N>;

export type Handler<N extends RouteName> = (asked: Asked<N>) => Promise<Answer<N>>;
export type Handlers<N extends RouteName = RouteName> = { [K in N]: Handler<K> };
