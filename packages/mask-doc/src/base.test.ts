import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { foldDigest } from './base.ts';
import {
  type Base,
  decodeAck,
  decodeBase,
  decodeFoldNotice,
  decodeWatermarks,
  encodeAck,
  encodeBase,
  encodeFoldNotice,
  encodeWatermarks,
  type FoldNotice,
  openMaskDoc,
  type Watermarks,
} from './index.ts';
import { FROZEN } from './testing/frozen.ts';
import { cases, LABELS, SIZE } from './testing/simulation.ts';

const watermarks: fc.Arbitrary<Watermarks> = fc
  .uniqueArray(fc.tuple(fc.string(), fc.maxSafeNat(), fc.maxSafeNat()), {
    selector: ([id]) => id,
    maxLength: 6,
  })
  .map((all) => all.map(([id, strokeId, lamport]) => [id, { strokeId, lamport }]));
const base: fc.Arbitrary<Base> = fc.record({
  number: fc.integer({ min: 1, max: 1e9 }),
  since: fc.constant(0),
  watermarks,
  tiles: fc.uniqueArray(fc.tuple(fc.nat(9000), fc.uint8Array({ maxLength: 40 })), {
    selector: ([index]) => index,
    maxLength: 5,
  }),
});
const notice: fc.Arbitrary<FoldNotice> = fc.record({
  number: fc.integer({ min: 1, max: 1e9 }),
  watermarks,
  count: fc.nat(),
  digest: fc.nat(2 ** 32 - 1),
});

describe('bytes of a fold', () => {
  test('[D26] decode to what was encoded', () => {
    fc.assert(
      fc.property(watermarks, base, notice, (marks, whole, told) => {
        expect(decodeWatermarks(encodeWatermarks(marks))).toEqual(marks);
        expect(decodeBase(encodeBase(whole))).toEqual(whole);
        expect(decodeFoldNotice(encodeFoldNotice(told))).toEqual(told);
      }),
      cases(200),
    );
  });
  test('[D26] that are rubbish, cut, continued or changed are refused by name, or are bytes of a fold', () => {
    const decoders = [decodeWatermarks, decodeBase, decodeFoldNotice];
    const edits = fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 3 });
    const tried = (bytes: Uint8Array) => {
      for (const decode of decoders) {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BASE_MALFORMED' });
        }
      }
    };
    fc.assert(
      fc.property(watermarks, base, notice, edits, fc.nat(300), (marks, whole, told, changes, end) => {
        for (const good of [encodeWatermarks(marks), encodeBase(whole), encodeFoldNotice(told)]) {
          const bytes = good.slice();
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          tried(bytes);
          tried(good.subarray(0, end % good.length));
          // A view of a larger buffer: what lies behind it is not read.
          tried(Uint8Array.from([...good, ...good]).subarray(0, end % good.length));
        }
      }),
      cases(300),
    );
    for (const bytes of [new Uint8Array(), Uint8Array.of(9), Uint8Array.of(1, 0, 0)]) {
      expect(() => decodeWatermarks(bytes)).toThrow(expect.objectContaining({ code: 'BASE_MALFORMED' }));
    }
    const twice = encodeWatermarks([['anna', { strokeId: 1, lamport: 1 }]]);
    const doubled = Uint8Array.from([twice[0]!, 2, ...twice.subarray(2), ...twice.subarray(2)]);
    expect(() => decodeWatermarks(doubled)).toThrow(expect.objectContaining({ code: 'BASE_MALFORMED' }));
  });
  test('[D26] a digest is of a set: order makes no difference, membership does', () => {
    const id = fc.record({ client: fc.nat(2 ** 32 - 1), clock: fc.nat(10_000_000) });
    const ids = fc.uniqueArray(id, { selector: ({ client, clock }) => `${client}:${clock}`, minLength: 1 });
    fc.assert(
      fc.property(ids, (all) => {
        expect(foldDigest([...all].reverse())).toBe(foldDigest(all));
        expect(foldDigest(all.slice(1))).not.toBe(foldDigest(all));
        const [{ client, clock }] = all as [(typeof all)[0]];
        expect(foldDigest([{ client, clock: clock + 1 }, ...all.slice(1)])).not.toBe(foldDigest(all));
      }),
      cases(200),
    );
  });
});

describe('[D17] what was ever written still loads', () => {
  const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
  test('[D17] watermarks, notices and acknowledgements of version 1', () => {
    expect(decodeWatermarks(bytes(FROZEN.watermarks))).toEqual([
      ['anna', { strokeId: 6, lamport: 11 }],
      ['ben', { strokeId: 1, lamport: 2 ** 40 }],
    ]);
    expect(decodeFoldNotice(bytes(FROZEN.notice))).toEqual({
      number: 1,
      watermarks: [['anna', { strokeId: 6, lamport: 6 }]],
      count: 6,
      digest: foldDigest(Array.from({ length: 6 }, (_, clock) => ({ client: 1000, clock }))),
    });
    const ack = decodeAck(bytes(FROZEN.ack));
    expect([ack.clocks, Buffer.from(encodeAck(ack)).toString('base64')]).toEqual([[[1000, 8]], FROZEN.ack]);
  });
  test.each(['document', 'documentAfterFold', 'documentOfNewEpoch'] as const)(
    '[D17] %s, with its base',
    (which) => {
      const doc = new Y.Doc();
      const mask = openMaskDoc({ doc, ...SIZE, labels: LABELS, undoHorizon: 2 });
      mask.setBase(decodeBase(bytes(FROZEN.base)));
      Y.applyUpdate(doc, bytes(FROZEN[which]));
      expect(mask.unreadable).toEqual([]);
      expect([mask.strokeCountOf('anna'), mask.greatestStrokeIdOf('anna'), mask.foldNumber]).toEqual([
        2, 8, 1,
      ]);
      expect([20, 60, 100, 130].map((x) => mask.composition.labelAt(x, 30))).toEqual(FROZEN.labels);
      expect(mask.composition.stampAt(20, 30)).toEqual({ lamport: 1, sessionId: 'anna', label: 1 });
    },
  );
});
