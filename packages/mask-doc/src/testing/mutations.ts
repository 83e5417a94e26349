/** Bytes changed at random, by seed: as a wire, a disk or somebody hostile might. */

/** Whole numbers below n. A plain generator of 32 bits: a million draws must cost nothing. */
export type Random = (n: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (n) => {
    // Mulberry32.
    state = (state + 0x6d2b_79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** One of the samples with one to three changes: bytes set, nudged, inserted, removed, cut off, or another sample's. */
export function mutated(samples: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = [...samples[random(samples.length)]!];
  // One is enough to go wrong in one place only; several hardly ever get past the first.
  const most = random(3) === 0 ? 3 : 1;
  for (let edits = 1 + random(most); edits > 0 && bytes.length > 0; edits--) {
    // Structure lies at both ends, pixels in the middle.
    const near = random(2) === 0 ? random(Math.min(24, bytes.length)) : random(bytes.length);
    const at = random(3) === 0 ? bytes.length - 1 - near : near;
    switch (random(8)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
      case 2:
        bytes[at] = (bytes[at]! + [255, 1, 128, 254, 2][random(5)]!) % 256;
        break;
      case 3:
        bytes.splice(at, 0, random(256));
        break;
      case 4:
        bytes.splice(at, 1 + random(3));
        break;
      case 5:
        bytes = bytes.slice(0, at);
        break;
      case 6: {
        const other = samples[random(samples.length)]!;
        const from = random(other.length);
        const length = random(12);
        bytes.splice(at, random(2) * length, ...other.subarray(from, from + length));
        break;
      }
      case 7:
        bytes[at] = [0, 1, 127, 128, 255][random(5)]!;
    }
  }
  return Uint8Array.from(bytes);
}
