/** The protocol's table of routes as an express router: parse, authorise, call, answer. Holds no route of its own. */
import { ProtocolError, type Route, routes } from '@cotrace/protocol';
import express, { type Request, type RequestHandler, type Router } from 'express';
import type { Access } from '../access/access.ts';
import { send } from './answer.ts';
import { authorise } from './authorise.ts';
import { badRequest } from './failures.ts';
import type { Handlers } from './handlers.ts';
import { limitTries } from './tries.ts';

/** JSON bodies hold label tables and names; a mebibyte is far more than either. */
const MAX_JSON = '1mb';

/** Ways in without an account: guessing is slowed down. */
const GUESSABLE = ['signInWithToken', 'signUpWithInvitation', 'readInvitation', 'acceptInvitation'];

type AnyHandler = (asked: object) => Promise<unknown>;

export function createRouter(deps: { access: Access; handlers: Handlers; publicUrl: string }): Router {
  const router = express.Router();
  const json = express.json({ limit: MAX_JSON });
  const guarded = limitTries();
  for (const [name, route] of Object.entries(routes) as [keyof typeof routes, Route][]) {
    const handler = deps.handlers[name] as AnyHandler;
    const before: RequestHandler[] = [];
    if (GUESSABLE.includes(name)) before.push(guarded);
    before.push(sameSite(deps.publicUrl));
    const call: RequestHandler = async (request, response) => {
      const params = request.params as Record<string, string>;
      const caller = await authorise(deps.access, route, request, params);
      // Only now: nobody who may not call a route gets its body read.
      if (route.body && typeof route.body !== 'string') await run(json, request, response);
      const result = await handler({ ...caller, params, ...parse(route, request), request, response });
      await send(route, result, request, response);
    };
    router[route.method.toLowerCase() as 'get'](route.path, ...before, call);
  }
  return router;
}

function parse(route: Route, request: Request): { query: unknown; body: unknown } {
  const query = route.query?.safeParse(request.query);
  if (query && !query.success) throw badRequest('query', query.error);
  if (!route.body || typeof route.body === 'string') return { query: query?.data, body: undefined };
  const body = route.body.safeParse(request.body);
  if (!body.success) throw badRequest('body', body.error);
  return { query: query?.data, body: body.data };
}

function run(middleware: RequestHandler, request: Request, response: express.Response): Promise<void> {
  return new Promise((done, failed) => {
    void middleware(request, response, (error?: unknown) => (error ? failed(error) : done()));
  });
}

/** A page of another site cannot act with somebody's cookie: browsers say where a request comes from. */
function sameSite(publicUrl: string): RequestHandler {
  return (request, _response, next) => {
    const { origin, host, cookie } = request.headers;
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (changes && cookie && origin && origin !== publicUrl && hostOf(origin) !== host) {
      throw new ProtocolError('FORBIDDEN', `The request came from a page of ${origin}.`);
    }
    next();
  };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
