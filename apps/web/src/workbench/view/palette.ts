/** Colours of labels and heat as bytes for textures. Knows the label table's colours; decides no opacity. */
import type { LabelClass } from '@cotrace/protocol';
import type { PredictionMeaning } from './compositor.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Throws RangeError when it is not `#rrggbb`: the protocol's schema lets nothing else in. */
export function rgbOf(color: string): Rgb {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (match === null) throw new RangeError(`A colour like #1f77b4 was expected, got ${color}.`);
  return [1, 2, 3].map((i) => Number.parseInt(match[i]!, 16)) as unknown as Rgb;
}

/** 256 × RGBA by label value: alpha 255 where the table has a colour, 0 (nothing to see) elsewhere and for unknown. */
export function paletteOf(labels: readonly Pick<LabelClass, 'value' | 'color'>[]): Uint8Array {
  const palette = new Uint8Array(256 * 4);
  for (const { value, color } of labels) palette.set([...rgbOf(color), 255], value * 4);
  return palette;
}

/** What the bytes of a prediction map are for this label table. */
export function predictionMeaningOf(
  labels: readonly Pick<LabelClass, 'value' | 'gray'>[],
): PredictionMeaning {
  const [lesser, greater, more] = [...labels].sort((a, b) => a.gray - b.gray);
  return lesser !== undefined && greater !== undefined && more === undefined
    ? { kind: 'probability', lesser: lesser.value, greater: greater.value }
    : { kind: 'labels' };
}

/** Dark violet over red and amber to pale yellow: lightness rises evenly, so that it reads in grey and without red or green. */
const HEAT_STOPS: readonly Rgb[] = [
  [18, 10, 48],
  [74, 20, 110],
  [148, 40, 108],
  [214, 78, 72],
  [246, 148, 44],
  [252, 244, 164],
];

/** 256 × RGBA, opaque, from no to greatest uncertainty. */
export function heatRamp(): Uint8Array {
  const ramp = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (HEAT_STOPS.length - 1);
    const stop = Math.min(Math.floor(at), HEAT_STOPS.length - 2);
    const [from, to] = [HEAT_STOPS[stop]!, HEAT_STOPS[stop + 1]!];
    for (let c = 0; c < 3; c++) ramp[i * 4 + c] = Math.round(from[c]! + (to[c]! - from[c]!) * (at - stop));
    ramp[i * 4 + 3] = 255;
  }
  return ramp;
}

/** Relative luminance 0…1 of sRGB bytes (WCAG 2.2). */
export function luminance([red, green, blue]: Rgb): number {
  const linear = [red, green, blue].map((byte) => {
    const s = byte / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

/** Black or white, whichever can be read on the colour. */
export const inkOn = (color: string): '#000000' | '#ffffff' =>
  luminance(rgbOf(color)) > 0.179 ? '#000000' : '#ffffff';
