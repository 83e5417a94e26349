/**
 * What has become of one's own pixels: which of them others have painted over with another label, and who. Follows one document;
 * reads touched tiles a little later, in slices. Knows sessions only; whose they are is the caller's to say.
 *
 * A pixel is lost while somebody else's stroke shows another label where mine last showed one. It is mine again when I paint it,
 * and no loss any more when the other takes the stroke back or paints what I had painted.
 */
import { type Runs, runsFromTriples, TILE_PIXELS, TILE_SIZE } from '@cotrace/mask';
import type { MaskDoc } from '@cotrace/mask-doc';

export interface OwnPixels {
  /** Lost pixels by the session that painted over them. */
  readonly losses: ReadonlyMap<string, number>;
  /** The pixels that these sessions have painted over. */
  lostTo(sessionIds: ReadonlySet<string>): Runs;
  /** Takes them for what they are now: they are told no more. */
  forget(sessionIds: ReadonlySet<string>): void;
  stop(): void;
}

export interface OwnPixelsOptions {
  readonly maskDoc: Pick<MaskDoc, 'composition' | 'onChange'>;
  readonly isMine: (sessionId: string) => boolean;
  /** After `losses` has changed. */
  readonly onLosses: () => void;
  /** Calls back a little later, once a call; the work goes on in several calls when it is much. */
  readonly soon: (work: () => void) => void;
  /** Milliseconds of work at a time. */
  readonly sliceMs?: number;
}

interface TileState {
  /** [128 * 128]: the label that mine showed last, 0 where none. */
  readonly mine: Uint8Array;
  /** [128 * 128]: number of the session that painted over it, from 1; made when there is one. */
  lostTo: Uint16Array | undefined;
}

export function followOwnPixels(options: OwnPixelsOptions): OwnPixels {
  const { maskDoc, isMine, onLosses, soon, sliceMs = 4 } = options;
  const { composition } = maskDoc;
  const { tilesAcross } = composition;
  const tiles = new Map<number, TileState>();
  const sessions: string[] = [];
  const counts = new Map<string, number>();
  /** Tiles to be read, and whether what differs there may be others' doing. */
  const waiting = new Map<number, boolean>();
  let isWaiting = false;
  let isOver = false;
  let hasChanged = false;

  const numberOf = (sessionId: string): number => {
    const known = sessions.indexOf(sessionId);
    return known === -1 ? sessions.push(sessionId) : known + 1;
  };
  const count = (number: number, by: number) => {
    if (number === 0) return;
    const sessionId = sessions[number - 1]!;
    const sum = (counts.get(sessionId) ?? 0) + by;
    if (sum === 0) counts.delete(sessionId);
    else counts.set(sessionId, sum);
    hasChanged = true;
  };

  const read = (index: number, mayLose: boolean) => {
    const shown = composition.tileStamps(index);
    let state = tiles.get(index);
    if (shown === undefined && state === undefined) return;
    const mineOf = shown?.stamps.map(({ sessionId }) => isMine(sessionId)) ?? [];
    if (state === undefined) {
      if (!mineOf.includes(true)) return;
      state = { mine: new Uint8Array(TILE_PIXELS), lostTo: undefined };
      tiles.set(index, state);
    }
    const { mine } = state;
    const numbers = shown?.stamps.map(({ sessionId }) => numberOf(sessionId)) ?? [];
    for (let i = 0; i < TILE_PIXELS; i++) {
      const place = shown?.plane[i] ?? 0;
      const stamp = place === 0 ? undefined : shown!.stamps[place - 1]!;
      const before = state.lostTo?.[i] ?? 0;
      let after = 0;
      if (stamp === undefined) mine[i] = 0;
      else if (mineOf[place - 1]!) mine[i] = stamp.label;
      else if (mine[i] !== 0 && mine[i] !== stamp.label) {
        if (mayLose || before !== 0) after = numbers[place - 1]!;
        // I took my own stroke back, and somebody's older one shows.
        else mine[i] = 0;
      }
      if (after === before) continue;
      state.lostTo ??= new Uint16Array(TILE_PIXELS);
      state.lostTo[i] = after;
      count(before, -1);
      count(after, 1);
    }
  };

  const work = () => {
    isWaiting = false;
    if (isOver) return;
    const until = performance.now() + sliceMs;
    for (const [index, mayLose] of waiting) {
      waiting.delete(index);
      read(index, mayLose);
      if (performance.now() > until) break;
    }
    if (waiting.size > 0) schedule();
    if (!hasChanged) return;
    hasChanged = false;
    onLosses();
  };
  const schedule = () => {
    if (isWaiting || waiting.size === 0) return;
    isWaiting = true;
    soon(work);
  };

  for (let index = 0; index < tilesAcross * composition.tilesDown; index++) waiting.set(index, false);
  schedule();
  const stop = maskDoc.onChange(({ tiles: touched, sessions: who }) => {
    const byOthers = !who.every(isMine);
    for (const index of touched) {
      // Where nothing of mine was, nothing of mine is lost.
      if (byOthers && !tiles.has(index) && !waiting.has(index)) continue;
      waiting.set(index, (waiting.get(index) ?? false) || (byOthers && tiles.has(index)));
    }
    schedule();
  });

  return {
    losses: counts,
    lostTo(sessionIds) {
      const wanted = new Set([...sessionIds].map(numberOf));
      const triples: number[] = [];
      const { width, height } = composition;
      const rows = [...new Set([...tiles.keys()].map((index) => Math.floor(index / tilesAcross)))];
      for (const row of rows.sort((a, b) => a - b)) {
        const ofRow = [...tiles]
          .filter(([index, { lostTo }]) => lostTo !== undefined && Math.floor(index / tilesAcross) === row)
          .sort(([a], [b]) => a - b);
        if (ofRow.length === 0) continue;
        for (let y = row * TILE_SIZE; y < Math.min(height, (row + 1) * TILE_SIZE); y++) {
          const line = new Uint8Array(width + TILE_SIZE);
          for (const [index, { lostTo }] of ofRow) {
            const left = (index % tilesAcross) * TILE_SIZE;
            const from = (y - row * TILE_SIZE) * TILE_SIZE;
            for (let x = 0; x < TILE_SIZE; x++) if (wanted.has(lostTo![from + x]!)) line[left + x] = 1;
          }
          for (let x = line.indexOf(1); x !== -1; ) {
            const end = line.indexOf(0, x);
            triples.push(y, x, end);
            x = line.indexOf(1, end);
          }
        }
      }
      return runsFromTriples(triples);
    },
    forget(sessionIds) {
      const wanted = new Set([...sessionIds].map(numberOf));
      for (const { mine, lostTo } of tiles.values()) {
        if (lostTo === undefined) continue;
        for (let i = 0; i < TILE_PIXELS; i++) {
          if (!wanted.has(lostTo[i]!)) continue;
          lostTo[i] = 0;
          mine[i] = 0;
        }
      }
      for (const sessionId of sessionIds) counts.delete(sessionId);
      onLosses();
    },
    stop() {
      isOver = true;
      stop();
    },
  };
}
