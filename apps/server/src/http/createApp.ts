/** The express application: security headers, sign-in, the table's routes, then the pages. Listens to nothing. */
import { ProtocolError } from '@cotrace/protocol';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import type { Access } from '../access/access.ts';
import type { Accounts } from '../access/accounts.ts';
import type { Log } from '../log.ts';
import { createRouter } from './createRouter.ts';
import { failureOf } from './failures.ts';
import type { Handlers } from './handlers.ts';
import { openApi } from './openApi.ts';
import { limitTries } from './tries.ts';
import type { WebApp } from './webApp.ts';

export interface AppParts {
  access: Access;
  accounts: Accounts;
  handlers: Handlers;
  publicUrl: string;
  version: string;
  web: WebApp | undefined;
  log: Log;
}

/** Adds everything to `app`; it exists before, because socket.io must find it on the server that it joins. */
export function fillApp(app: Express, parts: AppParts): void {
  const { access, accounts, handlers, publicUrl, version, web, log } = parts;
  app.disable('x-powered-by');
  // A proxy on the same machine may say for whom it asks.
  app.set('trust proxy', 'loopback');
  app.use(securityHeaders(publicUrl));
  const document = openApi({ version, url: publicUrl });
  app.get('/api/openapi.json', (_request, response) => void response.json(document));
  app.all('/api/auth/*rest', limitTries(), (request, response) => accounts.handler(request, response));
  app.use(createRouter({ access, handlers, publicUrl }));
  app.use('/api', () => {
    throw new ProtocolError('NOT_FOUND');
  });
  if (web) app.use((request, response) => web.handle(request, response));
  else {
    app.use(() => {
      throw new ProtocolError('NOT_FOUND', 'The server runs without its pages.');
    });
  }
  app.use(answerFailures(log));
}

function securityHeaders(publicUrl: string): RequestHandler {
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'content-security-policy':
      "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'",
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
  return (_request, response, next) => {
    response.set(headers);
    next();
  };
}

// Express knows an error handler by its four parameters.
function answerFailures(log: Log): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const failure = failureOf(error);
    if (failure.ours) log.error('a request failed', { method: request.method, path: request.path, error });
    if (response.headersSent) {
      // Half an answer is on its way: cutting it is the only way to say that it is no whole one.
      response.destroy();
      return;
    }
    for (const name of ['content-disposition', 'etag', 'cache-control']) response.removeHeader(name);
    response.status(failure.status).json(failure.body);
  };
}
