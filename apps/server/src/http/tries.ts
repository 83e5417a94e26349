/** Slows down guessing: after some wrong tries from one address, ways in are closed to it for a while. Counts failures only. */
import { ProtocolError } from '@cotrace/protocol';
import type { RequestHandler } from 'express';

const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
/** Addresses remembered before all are forgotten: a bound on memory, not on guessing. */
const MAX_ADDRESSES = 10_000;

export function limitTries(now: () => number = Date.now): RequestHandler {
  const failures = new Map<string, { count: number; until: number }>();
  return (request, response, next) => {
    const address = request.ip ?? '';
    const known = failures.get(address);
    if (known && known.until <= now()) failures.delete(address);
    else if (known && known.count >= MAX_FAILURES) {
      response.setHeader('retry-after', Math.ceil((known.until - now()) / 1000));
      throw new ProtocolError('TOO_MANY_REQUESTS');
    }
    response.once('finish', () => {
      if (response.statusCode < 400 || response.statusCode >= 500) return;
      if (failures.size >= MAX_ADDRESSES) failures.clear();
      const entry = failures.get(address) ?? { count: 0, until: now() + WINDOW_MS };
      failures.set(address, { ...entry, count: entry.count + 1 });
    });
    next();
  };
}
