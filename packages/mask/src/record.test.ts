import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import {
  boundingBox,
  decodeRecord,
  decodeRecordHead,
  encodeRecord,
  MAX_RECORD_BYTES,
  MaskError,
  type Runs,
  rasterizeStroke,
  runsFromTriples,
  type StrokeRecord,
  splitStroke,
  unionAll,
} from './index.ts';
import { cases, HEIGHT, PATIENCE_MS, someRuns, WIDTH } from './testing/oracle.ts';

vi.setConfig({ testTimeout: PATIENCE_MS });

const SIZE = { width: WIDTH, height: HEIGHT };
const record: fc.Arbitrary<StrokeRecord> = fc.record({
  version: fc.constant(1 as const),
  strokeId: fc.maxSafeNat(),
  part: fc.nat(65_535),
  lamport: fc.maxSafeNat().map((value) => Math.max(value, 1)),
  label: fc.nat(255),
  runs: someRuns,
});
const stroke = (given: Partial<StrokeRecord> = {}): StrokeRecord => ({
  version: 1,
  strokeId: 7,
  part: 0,
  lamport: 3,
  label: 2,
  runs: rasterizeStroke([{ x: 9, y: 9 }], { shape: 'round', diameter: 8 }),
  ...given,
});
const refusal = (code: string) => expect.objectContaining({ code });

describe('a record', () => {
  test('[M9] tells its head without being unpacked', () => {
    fc.assert(
      fc.property(record, (given) => {
        const { version, runs, ...numbers } = given;
        if (runs.length === 0) return;
        expect(decodeRecordHead(encodeRecord(given))).toEqual({ ...numbers, box: boundingBox(runs) });
        expect(version).toBe(1);
      }),
      cases(100),
    );
    expect(() => decodeRecordHead(Uint8Array.of(1, 0, 7))).toThrow(refusal('RECORD_TRUNCATED'));
  });
  test('[M9] decodes to what was encoded', () => {
    fc.assert(
      fc.property(record, (given) => {
        const bytes = encodeRecord(given);
        expect(bytes.length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
        expect(decodeRecord(bytes, SIZE)).toEqual(given);
      }),
      cases(300),
    );
  });

  test('[M10] mutated bytes are refused by name, or are a record themselves', () => {
    fc.assert(
      fc.property(
        record,
        fc.array(fc.tuple(fc.nat(1000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(20),
        (given, edits, cut) => {
          const bytes = encodeRecord(given).slice();
          for (const [at, value] of edits) bytes[at % bytes.length] = value;
          const mutated = bytes.subarray(0, bytes.length - (cut < 5 ? cut : 0));
          let decoded: StrokeRecord;
          try {
            decoded = decodeRecord(mutated, SIZE);
          } catch (error) {
            expect(error).toBeInstanceOf(MaskError);
            return;
          }
          expect(decodeRecord(encodeRecord(decoded), SIZE)).toEqual(decoded);
        },
      ),
      cases(2000),
    );
  });
  test('[M10] rubbish is refused by name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => decodeRecord(bytes, { width: 0, height: 0 })).toThrow(MaskError);
      }),
      cases(500),
    );
  });
  test('[M10] cut short, or followed by more, it is refused', () => {
    const bytes = encodeRecord(stroke());
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecord(bytes.subarray(0, length), SIZE)).toThrow(MaskError);
    }
    const dot = encodeRecord(stroke({ runs: runsFromTriples([1, 1, 2]) }));
    expect(() => decodeRecord(Uint8Array.from([...dot, 0]), SIZE)).toThrow(refusal('RECORD_TRAILING_BYTES'));
  });

  test('[M11] runs outside the mask are refused, never clipped', () => {
    expect(() => decodeRecord(encodeRecord(stroke()), { width: 10, height: 10 })).toThrow(
      refusal('RUNS_OUTSIDE_MASK'),
    );
    expect(() => encodeRecord(stroke({ runs: runsFromTriples([0, -1, 2]) }))).toThrow(
      refusal('RUNS_OUTSIDE_MASK'),
    );
  });
  test('[M11] labels outside the table are refused, the eraser never', () => {
    const limits = { ...SIZE, labels: new Set([1]) };
    expect(() => decodeRecord(encodeRecord(stroke({ label: 2 })), limits)).toThrow(
      refusal('LABEL_OUTSIDE_TABLE'),
    );
    expect(decodeRecord(encodeRecord(stroke({ label: 0 })), limits).label).toBe(0);
    expect(() => encodeRecord(stroke({ label: 256 }))).toThrow(refusal('LABEL_OUTSIDE_TABLE'));
  });
  test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    '[M11] the lamport %s is refused',
    (lamport) => {
      expect(() => encodeRecord(stroke({ lamport }))).toThrow(refusal('LAMPORT_OUT_OF_RANGE'));
    },
  );
  test('[M11] a lamport above 2^53-1 on the wire is refused as such', () => {
    const bytes = encodeRecord(stroke({ strokeId: 0, lamport: 1 }));
    const forged = Uint8Array.from([
      ...bytes.subarray(0, 4),
      ...Array(7).fill(255),
      127,
      ...bytes.subarray(5),
    ]);
    expect(() => decodeRecord(forged, SIZE)).toThrow(refusal('LAMPORT_OUT_OF_RANGE'));
  });
  test('[M11] another version is refused', () => {
    const bytes = encodeRecord(stroke()).slice();
    bytes[0] = 2;
    expect(() => decodeRecord(bytes, SIZE)).toThrow(refusal('RECORD_VERSION_UNKNOWN'));
  });
  test('[M11] an empty record is refused', () => {
    expect(() => encodeRecord(stroke({ runs: runsFromTriples([]) }))).toThrow(refusal('RECORD_EMPTY'));
  });
  test('[M11] a deflate bomb is refused before it is unpacked', () => {
    const zeros = deflateSync(new Uint8Array(50_000_000), { level: 9 });
    // version, deflated, stroke, part, lamport, label, box of one pixel, announced length
    const head = (announced: number[]) => [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, ...announced];
    expect(() => decodeRecord(Uint8Array.from([...head([128, 128, 128, 24]), ...zeros]), SIZE)).toThrow(
      refusal('RECORD_DEFLATE_BOMB'),
    );
    // Announcing less than it holds does not help.
    expect(() => decodeRecord(Uint8Array.from([...head([100]), ...zeros]), SIZE)).toThrow(MaskError);
  });
  test('[M11] more than 64 KiB are refused unread', () => {
    expect(() => decodeRecord(new Uint8Array(MAX_RECORD_BYTES + 1), SIZE)).toThrow(
      refusal('RECORD_TOO_LARGE'),
    );
  });

  test('[M12] an enormous stroke becomes several records that cover the same', () => {
    const triples: number[] = [];
    for (let y = 0; y < 300; y++) for (let x = 0; x < 400; x += 3) triples.push(y, x, x + 1 + ((x * y) % 2));
    const runs = runsFromTriples(triples);
    const records = splitStroke({ strokeId: 1, lamport: 1, label: 1, runs });
    expect(records.length).toBeGreaterThan(1);
    expect(records.map(({ part }) => part)).toEqual(records.map((_, i) => i));
    for (const piece of records) expect(encodeRecord(piece).length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(unionAll(records.map((piece) => piece.runs as Runs))).toEqual(runs);
  });

  // Written by version 1: plain rows, and rows that were deflated. Never change these bytes.
  test.each([
    [
      '01010700030205050707186364e1606464022106062802f300',
      { strokeId: 7, part: 0, lamport: 3, label: 2 },
      [[9, 9]],
      8,
    ],
    [
      '0101f0a20401808080808020ff01121bc101a401ef03b58e410e80300804596c90f802ffff52e912aca9895eb4996c66a107b02bd60d8b75e080413259233b295595a29c44466dd63187451a9c927917af9feff3066b708511178a5048caa871b840506fd855bf59cded61f5cf2539899ce12ad0ca93b61c',
      { strokeId: 70_000, part: 1, lamport: 2 ** 40, label: 255 },
      [
        [30.5, 40],
        [200, 90.25],
        [120, 180],
      ],
      25,
    ],
  ] as const)('[M13] the frozen record %s decodes', (hex, numbers, path, diameter) => {
    const bytes = Uint8Array.from(hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
    const runs = rasterizeStroke(
      path.map(([x, y]) => ({ x, y })),
      { shape: 'round', diameter },
    );
    expect(decodeRecord(bytes, { width: 300, height: 300 })).toEqual({ version: 1, ...numbers, runs });
  });
});
