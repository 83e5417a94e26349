import fc from 'fast-check';
import { deflateSync, inflateSync } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import {
  decodeTile,
  encodeTile,
  type FoldedTile,
  MaskError,
  type Stamp,
  TILE_PIXELS,
  TILE_SIZE,
  tileLabelCounts,
} from './index.ts';
import { cases, PATIENCE_MS } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

const SESSIONS = ['ben', 'anna', 'cleo'];
const numberOf = (sessionId: string) => SESSIONS.indexOf(sessionId);

const stamp: fc.Arbitrary<Stamp> = fc.record({
  lamport: fc.oneof(
    fc.integer({ min: 1, max: 5 }),
    fc.maxSafeNat().map((value) => Math.max(1, value)),
  ),
  sessionId: fc.constantFrom(...SESSIONS),
  label: fc.oneof(fc.nat(3), fc.nat(255)),
});
const edge = fc.integer({ min: 0, max: TILE_SIZE });
/** Boxes over one another, and here and there a single pixel. */
const tile: fc.Arbitrary<FoldedTile> = fc
  .record({
    stamps: fc.array(stamp, { maxLength: 12 }),
    boxes: fc.array(fc.tuple(edge, edge, edge, edge, fc.nat(1000)), { maxLength: 12 }),
    dots: fc.array(fc.tuple(fc.nat(TILE_PIXELS - 1), fc.nat(1000)), { maxLength: 30 }),
  })
  .map(({ stamps, boxes, dots }) => {
    const plane = new Uint16Array(TILE_PIXELS);
    for (const [xa, xb, ya, yb, value] of boxes) {
      for (let y = Math.min(ya, yb); y < Math.max(ya, yb); y++) {
        // Slanted, as strokes are.
        const from = y * TILE_SIZE + Math.min(xa, xb);
        const to = Math.min(y * TILE_SIZE + Math.max(xa, xb) + (y % 5), (y + 1) * TILE_SIZE);
        plane.fill(value % (stamps.length + 1), from, to);
      }
    }
    for (const [at, value] of dots) plane[at] = value % (stamps.length + 1);
    return { stamps, plane };
  });

/** Whether two tiles show the same stamps, whatever their numbers. */
const showSame = (a: FoldedTile, b: FoldedTile) => {
  const [namesA, namesB] = [a, b].map(({ stamps }) => [
    '',
    ...stamps.map(({ lamport, sessionId, label }) => `${lamport} ${sessionId} ${label}`),
  ]) as [string[], string[]];
  return a.plane.every((value, i) => namesA[value] === namesB[b.plane[i]!]);
};

const expectSame = (a: FoldedTile, b: FoldedTile) => {
  expect(a.stamps).toEqual(b.stamps);
  expect(Buffer.compare(Buffer.from(a.plane.buffer), Buffer.from(b.plane.buffer))).toBe(0);
};
const broken = expect.objectContaining({ code: 'TILE_BROKEN' });

/** Decodes, or is refused by the one name there is; what is not refused is a tile. */
const takeIn = (bytes: Uint8Array) => {
  let decoded: FoldedTile;
  try {
    decoded = decodeTile(bytes, SESSIONS);
  } catch (error) {
    expect(error).toBeInstanceOf(MaskError);
    expect(error).toEqual(broken);
    return;
  }
  expectSame(decodeTile(encodeTile(decoded, numberOf), SESSIONS), decoded);
};

describe('a tile', () => {
  test('[M19] decodes to what was encoded, in an order of its own', () => {
    fc.assert(
      fc.property(tile, (given) => {
        const bytes = encodeTile(given, numberOf);
        const decoded = decodeTile(bytes, SESSIONS);
        expect(showSame(decoded, given)).toBe(true);
        expect(Buffer.compare(encodeTile(decoded, numberOf), bytes)).toBe(0);
      }),
      cases(150),
    );
  });
  test('[M19] of noise, every pixel its own stamp, decodes, too', () => {
    const stamps = Array.from({ length: TILE_PIXELS }, (_, i) => ({
      lamport: 2 ** 52 + 7_919 * (TILE_PIXELS - i),
      sessionId: SESSIONS[i % 3]!,
      label: i % 256,
    }));
    const given = { stamps, plane: Uint16Array.from(stamps, (_, i) => i + 1) };
    expect(showSame(decodeTile(encodeTile(given, numberOf), SESSIONS), given)).toBe(true);
  });
  test('[M19] of equal pictures has equal bytes', () => {
    const [a, b] = [
      { lamport: 3, sessionId: 'anna', label: 1 },
      { lamport: 3, sessionId: 'ben', label: 1 },
    ] as const;
    const plane = new Uint16Array(TILE_PIXELS).fill(1, 10, 20).fill(2, 20, 30);
    const other = plane.map((value, i) => (i === 15 ? 4 : [0, 2, 1][value]!));
    const unused = { lamport: 1, sessionId: 'cleo', label: 9 };
    expect(encodeTile({ stamps: [b, a, unused, a], plane: other }, numberOf)).toEqual(
      encodeTile({ stamps: [a, b], plane }, numberOf),
    );
  });
  test('[M19] tells its labels from its header, without what was erased', () => {
    fc.assert(
      fc.property(tile, (given) => {
        const counts = new Map<number, number>();
        for (const value of given.plane) {
          const label = given.stamps[value - 1]?.label ?? 0;
          if (label !== 0) counts.set(label, (counts.get(label) ?? 0) + 1);
        }
        expect(tileLabelCounts(encodeTile(given, numberOf))).toEqual(counts);
      }),
      cases(100),
    );
  });

  const edits = fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { minLength: 1, maxLength: 4 });
  test('[M20] of mutated bytes is refused, or is a tile itself', () => {
    fc.assert(
      fc.property(tile, edits, fc.nat(20), (given, changes, cut) => {
        const bytes = encodeTile(given, numberOf).slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        takeIn(bytes.subarray(0, bytes.length - (cut < 5 ? cut : 0)));
      }),
      cases(500),
    );
  });
  test('[M20] of mutated stamps and runs is refused, or is a tile itself', () => {
    fc.assert(
      fc.property(tile, edits, (given, changes) => {
        const bytes = encodeTile(given, numberOf);
        const header = headerLength(bytes);
        if (bytes[header] === 0) return;
        let body = header + 1;
        while (bytes[body]! >= 128) body++;
        const unpacked = inflateSync(bytes.subarray(body + 1));
        for (const [at, value] of changes) unpacked[at % unpacked.length] = value;
        takeIn(Uint8Array.from([...bytes.subarray(0, header), 0, ...unpacked]));
      }),
      cases(500),
    );
  });
  test('[M20] of rubbish is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => decodeTile(bytes, SESSIONS)).toThrow(broken);
      }),
      cases(500),
    );
  });
  test('[M20] of counts that are not its own is refused', () => {
    const plane = new Uint16Array(TILE_PIXELS).fill(1, 0, 5);
    const bytes = encodeTile({ stamps: [{ lamport: 1, sessionId: 'anna', label: 9 }], plane }, numberOf);
    expect([...bytes.subarray(0, 4)]).toEqual([1, 1, 9, 5]);
    for (const [at, value] of [
      [2, 8],
      [3, 6],
      [0, 2],
    ] as const) {
      const forged = bytes.slice();
      forged[at] = value;
      expect(() => decodeTile(forged, SESSIONS)).toThrow(broken);
    }
    expect(() => decodeTile(bytes, ['ben'])).toThrow(broken);
  });
  test('[M20] that unpacks to more than any tile is refused before it is unpacked', () => {
    const zeros = deflateSync(new Uint8Array(50_000_000), { level: 9 });
    const announcing = (...length: number[]) => Uint8Array.from([1, 0, 1, ...length, ...zeros]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decodeTile(announcing(128, 128, 128, 128, 128, 64), SESSIONS)).toThrow(broken);
    expect(() => decodeTile(announcing(100), SESSIONS)).toThrow(broken);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    // As many stamps as there are pixels, and not one of them there.
    expect(() => decodeTile(Uint8Array.from([1, 0, 0, 128, 128, 1]), SESSIONS)).toThrow(broken);
  });

  // Written by version 1. Never change these bytes.
  test.each([
    ['small', '0101070a018a016364646467b0ffddc0c8c560ff8761200100'],
    [
      'slanted',
      '010202ea12ffc81b01aa05b5904d0a84300c469374350ccc6a5c7b14d19b780c5766e7a945bfc408fe2382a54ddf6b20a449a91fb07212e28144f95f749a3e99ca575818cf84f08858894dc23c71c46d1d16a91b46d5453d7079dad48e3ccc255e23c524ec0fc62b629d84dd2aa013fa7b44367393304f6cb86dc222b5b09f3fbd1370ec3e3d25aecb3d02',
    ],
  ] as const)('[M25] the frozen tile %s decodes', (name, hex) => {
    const bytes = Uint8Array.from(hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
    expectSame(decodeTile(bytes, SESSIONS), FROZEN[name]());
  });
});

const FROZEN = {
  small: (): FoldedTile => ({
    stamps: [{ lamport: 1, sessionId: 'anna', label: 7 }],
    plane: new Uint16Array(TILE_PIXELS).fill(1, 130, 140),
  }),
  /** Three slanted bands, an eraser among them, over one another. */
  slanted: (): FoldedTile => {
    const stamps = [
      { lamport: 3, sessionId: 'cleo', label: 255 },
      { lamport: 2 ** 40, sessionId: 'ben', label: 0 },
      { lamport: 2 ** 40, sessionId: 'anna', label: 2 },
    ];
    const plane = new Uint16Array(TILE_PIXELS);
    for (let y = 0; y < TILE_SIZE; y++) {
      for (let x = 0; x < TILE_SIZE; x++) {
        if (Math.abs(x - y) < 20) plane[y * TILE_SIZE + x] = 1;
        if (Math.abs(x + y - 128) < 12) plane[y * TILE_SIZE + x] = 2;
        if (Math.abs(x - 64) * 2 + Math.abs(y - 40) < 50) plane[y * TILE_SIZE + x] = 3;
      }
    }
    return { stamps, plane };
  },
};

/** Version, number of labels, and per label one byte and a varint. */
function headerLength(bytes: Uint8Array): number {
  let at = 2;
  for (let i = 0; i < bytes[1]!; i++) {
    at++;
    while (bytes[at]! >= 128) at++;
    at++;
  }
  return at;
}
