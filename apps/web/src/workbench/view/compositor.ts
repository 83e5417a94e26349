/** What a compositor is: it draws image, maps and mask into one canvas. Chooses WebGL2, or the 2D canvas where that is missing. */
import type { Box } from '@cotrace/mask';
import { createCanvasCompositor } from './canvasCompositor.ts';
import { createGlCompositor } from './glCompositor.ts';
import type { Layers, MapLayer } from './layers.ts';
import type { Extent, Viewport } from './viewport.ts';

/** A bitmap and the part of the image that it covers, in image pixels. */
export interface ImagePiece {
  readonly bitmap: ImageBitmap;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Label values tile by tile: a composition of the mask algebra is one. */
export interface TileSource extends Extent {
  readonly tilesAcross: number;
  readonly tilesDown: number;
  copyTile(tileIndex: number, out: Uint8Array): void;
}

/** `probability`: value/255 of the label with the greater grey, of two. `labels`: the winning label's value, of more. */
export type PredictionMeaning =
  | { readonly kind: 'probability'; readonly lesser: number; readonly greater: number }
  | { readonly kind: 'labels' };

export interface Scene {
  readonly view: Viewport;
  readonly layers: Layers;
  /** 0…1: how far the maps have come in over those before them. */
  readonly freshness: number;
}

export interface Compositor {
  readonly kind: 'webgl2' | '2d';
  /** CSS pixels and the device's ratio. */
  resize(canvas: Extent, devicePixelRatio: number): void;
  /** Drawn in order: what comes later lies on top. */
  setImage(pieces: readonly ImagePiece[]): void;
  /** Another mask, or none; all of its tiles are read. */
  setLabels(source: TileSource | undefined): void;
  /** Reads these tiles of the mask again. */
  refreshTiles(tileIndexes: Iterable<number>): void;
  setPalette(palette: Uint8Array): void;
  /** A map over the whole image, of any resolution; the one that was shown lies under it until `forgetOldMaps`, if it is to fade. */
  setMap(layer: MapLayer, map: ImageBitmap | undefined, options?: { fades: boolean }): void;
  forgetOldMaps(): void;
  setPredictionMeaning(meaning: PredictionMeaning): void;
  /** `only`: nothing outside this box of the image has changed since the last drawing. */
  draw(scene: Scene, only?: Box): void;
  destroy(): void;
}

export function createCompositor(canvas: HTMLCanvasElement): Compositor {
  return createGlCompositor(canvas) ?? createCanvasCompositor(canvas);
}
