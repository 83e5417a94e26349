/**
 * The bytes that tools look at, beside the pictures on the screen: grey values of the section and the live model's maps, in
 * full size. Fetched when a tool first asks; holds those of one section. Knows no tools.
 */
import { fetchBitmap } from '../view/imageSource.ts';
import type { Suggestion } from './suggestion.ts';

/** What is on the screen now. */
export interface Pictured {
  readonly width: number;
  readonly height: number;
  readonly imageUrl: string;
  /** Of the live model; undefined while it has none of this section. */
  readonly maps: { readonly probabilityUrl: string; readonly uncertaintyUrl: string } | undefined;
  /** Label values, ascending by grey. */
  readonly labels: readonly number[];
}

export interface PixelSources {
  /** Another section, or newer maps of it. */
  look(pictured: Pictured): void;
  /** Row-major grey values, `width * height` bytes. The first question fetches them; undefined until they are here. */
  grey(): Uint8Array | undefined;
  /** 'none': there is no model, or it has not seen this section. Undefined until they are here. */
  suggestion(): Suggestion | 'none' | undefined;
  /** Called when something has come. */
  onChange(listener: () => void): () => void;
  destroy(): void;
}

/** Rows read back at once: four bytes a pixel come, one is kept. */
const BAND = 256;

export function createPixelSources(onFailure: (error: Error) => void): PixelSources {
  let shown: Pictured | undefined;
  let stop = new AbortController();
  const held = new Map<string, Uint8Array | 'coming'>();
  const listeners = new Set<() => void>();
  let made: { suggestion: Suggestion; of: Pictured } | undefined;

  const bytesOf = (url: string): Uint8Array | undefined => {
    const known = held.get(url);
    if (known !== undefined || shown === undefined) return known === 'coming' ? undefined : known;
    held.set(url, 'coming');
    const { signal } = stop;
    readBytes(url, shown, signal).then(
      (bytes) => {
        if (signal.aborted) return;
        held.set(url, bytes);
        for (const listener of listeners) listener();
      },
      (error: unknown) => {
        if (signal.aborted) return;
        held.delete(url);
        onFailure(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return undefined;
  };

  return {
    look(next) {
      const wanted = [next.imageUrl, next.maps?.probabilityUrl, next.maps?.uncertaintyUrl];
      if (shown?.imageUrl !== next.imageUrl) {
        stop.abort();
        stop = new AbortController();
        held.clear();
      }
      for (const url of held.keys()) if (!wanted.includes(url)) held.delete(url);
      shown = next;
      for (const listener of listeners) listener();
    },
    grey: () => (shown === undefined ? undefined : bytesOf(shown.imageUrl)),
    suggestion() {
      if (shown === undefined) return undefined;
      if (made?.of === shown) return made.suggestion;
      const { maps, labels, width, height } = shown;
      if (maps === undefined) return 'none';
      const values = bytesOf(maps.probabilityUrl);
      const entropies = labels.length > 2 ? bytesOf(maps.uncertaintyUrl) : undefined;
      if (values === undefined || (labels.length > 2 && entropies === undefined)) return undefined;
      made = { suggestion: { width, height, values, entropies, labels }, of: shown };
      return made.suggestion;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      stop.abort();
      listeners.clear();
      held.clear();
    },
  };
}

/** Throws Error with a sentence when the picture cannot be had. */
export async function readBytes(
  url: string,
  { width, height }: { width: number; height: number },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bitmap = await fetchBitmap(url, { signal });
  const bytes = new Uint8Array(width * height);
  const paper = new OffscreenCanvas(width, Math.min(BAND, height));
  const context = paper.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser gives no canvas to read a picture from.');
  // Values as they are: nothing is blended where nothing is resampled.
  context.globalCompositeOperation = 'copy';
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    const { data } = context.getImageData(0, 0, width, rows);
    const from = top * width;
    for (let i = 0; i < width * rows; i++) bytes[from + i] = data[i * 4]!;
    // Reading back a large section takes longer than a frame.
    await new Promise((done) => setTimeout(done));
    if (signal.aborted) break;
  }
  bitmap.close();
  return bytes;
}
