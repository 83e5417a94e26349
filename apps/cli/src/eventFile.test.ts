import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crc32c, createEventFile } from './eventFile.ts';
import { temporaryFolder } from './testing/temporaryFolder.ts';

it('checks with CRC-32C', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283); // the polynomial's published check value
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa); // RFC 3720, B.4
});

it('writes records that can be read back: version first, then scalars in order', async () => {
  using folder = temporaryFolder();
  const events = await createEventFile(folder.path, () => 1_700_000_000_500);
  events.write(1, { loss: 0.5 });
  events.write(300, { loss: 0.25, fraction: 1 });
  await events.close();
  const [name] = readdirSync(folder.path);
  expect(name).toMatch(/^events\.out\.tfevents\.1700000000\./);
  const bodies = records(readFileSync(join(folder.path, name!)));
  expect(bodies).toHaveLength(3);
  const [version, first, second] = bodies;
  const view = new DataView(version!.buffer, version!.byteOffset);
  expect([version![0], view.getFloat64(1, true)]).toEqual([9, 1_700_000_000.5]);
  expect(String.fromCharCode(...version!.subarray(11))).toBe('brain.Event:2');
  // wall_time, step 1, summary { value { tag "loss", simple_value 0.5 } }
  expect([...first!.subarray(9)]).toEqual([
    16, 1, 42, 13, 10, 11, 10, 4, 108, 111, 115, 115, 21, 0, 0, 0, 63,
  ]);
  expect([...second!.subarray(9, 13)]).toEqual([16, 0xac, 2, 42]);
});

function records(file: Buffer): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const body = file.subarray(at + 12, at + 12 + length);
    expect(unmask(file.readUInt32LE(at + 8))).toBe(crc32c(file.subarray(at, at + 8)));
    expect(unmask(file.readUInt32LE(at + 12 + length))).toBe(crc32c(body));
    bodies.push(body);
    at += length + 16;
  }
  return bodies;
}

function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
