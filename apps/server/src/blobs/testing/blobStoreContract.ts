/** What every blob store must do: one suite for all of them. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../blobStore.ts';

const BYTES = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) & 255);

export function describeBlobStore(name: string, open: () => Promise<BlobStore>): void {
  describe(name, () => {
    it('gives back what was put, whole and as a stream', async () => {
      const blobs = await open();
      const key = await blobs.put('sections', '.png', BYTES);
      expect(key).toMatch(/^sections\/.+\.png$/);
      expect(Buffer.compare(await blobs.get(key), BYTES)).toBe(0);
      const { stream, size } = await blobs.stream(key);
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(Buffer.from(part as Buffer));
      expect([size, Buffer.compare(Buffer.concat(parts), BYTES)]).toEqual([BYTES.length, 0]);
    });
    it('takes a stream', async () => {
      const blobs = await open();
      const key = await blobs.put(
        'exports',
        '.zip',
        Readable.from([BYTES.subarray(0, 7), BYTES.subarray(7)]),
      );
      expect(Buffer.compare(await blobs.get(key), BYTES)).toBe(0);
    });
    it('keeps two owners of equal bytes apart', async () => {
      const blobs = await open();
      const [one, two] = [await blobs.put('a', '.png', BYTES), await blobs.put('a', '.png', BYTES)];
      await blobs.delete(one);
      expect((await blobs.get(two)).length).toBe(BYTES.length);
    });
    it('keeps nothing of a stream that broke', async () => {
      const blobs = await open();
      const broken = Readable.from(
        (async function* () {
          yield BYTES;
          throw new Error('cut');
        })(),
      );
      await expect(blobs.put('a', '.png', broken)).rejects.toThrow('cut');
    });
    it.each(['a/none.png', '../etc/passwd', 'a/../../etc/passwd', '/etc/passwd', ''])(
      'knows nothing of %j',
      async (key) => {
        const blobs = await open();
        await expect(blobs.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await expect(blobs.stream(key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      },
    );
    it('deletes what is not there without a word', async () => {
      await (await open()).delete('a/none.png');
    });
  });
}
