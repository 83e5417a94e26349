/**
 * Notices what stands still: a connection that never becomes one, and strokes that are on their way for too long, because a
 * frame of theirs or of their acknowledgement got lost in a connection that lives. A lost deletion leaves no gap that a
 * server could see. Knows no socket; tells, and leaves it to others to do something.
 */

export interface Standstill {
  stop(): void;
}

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 2_000;
/** Milliseconds that a stroke may be on its way, and that a connection may take. */
const STROKE_MS = 5_000;
const CONNECTION_MS = 15_000;

export function watchStandstill({
  unready,
  pendingStrokeIds,
  onConnection,
  onStrokes,
}: {
  /** The connection that is not ready for use; undefined when one is, or none is wanted. */
  unready: () => object | undefined;
  /** Strokes that should be on their way; none while there is no connection. */
  pendingStrokeIds: () => Iterable<number>;
  onConnection: () => void;
  onStrokes: () => void;
}): Standstill {
  let connection: object | undefined;
  let connectingSince = 0;
  let since = new Map<number, number>();

  const timer = setInterval(() => {
    const now = Date.now();
    const waiting = unready();
    if (waiting !== connection) connectingSince = now;
    connection = waiting;
    if (waiting !== undefined && now - connectingSince >= CONNECTION_MS) {
      connection = undefined;
      onConnection();
    }
    since = new Map([...pendingStrokeIds()].map((id) => [id, since.get(id) ?? now]));
    if ([...since.values()].some((from) => now - from >= STROKE_MS)) {
      since.clear();
      onStrokes();
    }
  }, LOOK_EVERY_MS);

  return { stop: () => clearInterval(timer) };
}
