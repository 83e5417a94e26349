/** How an answer is sent: JSON in the route's own shape, raw bytes with their caching, or nothing. */
import { pipeline } from 'node:stream/promises';
import type { Route } from '@cotrace/protocol';
import type { Request, Response } from 'express';
import { Bytes } from './handlers.ts';

const YEAR_SECONDS = 31_536_000;

export async function send(
  route: Route,
  result: unknown,
  request: Request,
  response: Response,
): Promise<void> {
  if (result instanceof Bytes) return sendBytes(result, request, response);
  if (!route.response) {
    response.status(204).end();
    return;
  }
  if (typeof route.response === 'string') throw new Error(`${route.path} must answer with ${route.response}`);
  response.setHeader('cache-control', 'no-store');
  // Parsed: what the route does not name (a hash, say) cannot leave the server.
  response.json(route.response.parse(result));
}

async function sendBytes({ body, options }: Bytes, request: Request, response: Response): Promise<void> {
  if (options.fileName) response.attachment(options.fileName);
  response.setHeader('content-type', options.type);
  // Private: a shared cache must not show an image to somebody who is no member.
  response.setHeader(
    'cache-control',
    options.immutable ? `private, max-age=${YEAR_SECONDS}, immutable` : 'private, no-cache',
  );
  if (options.etag) response.setHeader('etag', `"${options.etag}"`);
  if (body instanceof Uint8Array) {
    response.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    return;
  }
  if (request.fresh) {
    if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
    response.status(304).end();
    return;
  }
  await pipeline(body, response);
}
