/**
 * The compositor where WebGL2 is missing: mask and maps are coloured once into canvases of their own and drawn scaled.
 * Slower, the same picture but for the prediction's outline, which is a pixel of the map wide.
 */

import { TILE_PIXELS, TILE_SIZE } from '@cotrace/mask';
import type { Compositor, ImagePiece, PredictionMeaning, TileSource } from './compositor.ts';
import { fitCanvas } from './fitCanvas.ts';
import type { Layers, MapLayer } from './layers.ts';
import { heatRamp } from './palette.ts';

/** A canvas for a whole mask of this side still fits the memory of a machine without a GPU. */
const MAX_PLANE_SIDE = 4096;

export function createCanvasCompositor(canvas: HTMLCanvasElement): Compositor {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('This browser gives no canvas to draw on. Use another browser.');
  let ratio = 1;
  let pieces: readonly ImagePiece[] = [];
  let source: TileSource | undefined;
  let plane: OffscreenCanvas | undefined;
  let palette: Uint8Array = new Uint8Array(1024);
  let meaning: PredictionMeaning = { kind: 'labels' };
  const bitmaps = new Map<MapLayer, ImageBitmap>();
  const colored = new Map<MapLayer, OffscreenCanvas>();
  /** What the maps fade in over. */
  const before = new Map<MapLayer, OffscreenCanvas>();
  let style: Layers['prediction']['style'] = 'outline';
  const labels = new Uint8Array(TILE_PIXELS);
  const pixels = new ImageData(TILE_SIZE, TILE_SIZE);
  const ramp = heatRamp();

  const drawTile = (index: number) => {
    const paper = plane?.getContext('2d');
    if (source === undefined || !paper) return;
    source.copyTile(index, labels);
    labels.forEach((label, i) => {
      pixels.data.set(palette.subarray(label * 4, label * 4 + 4), i * 4);
    });
    const row = Math.floor(index / source.tilesAcross);
    paper.putImageData(pixels, (index % source.tilesAcross) * TILE_SIZE, row * TILE_SIZE);
  };

  const drawAllTiles = () => {
    const fits = source !== undefined && Math.max(source.width, source.height) <= MAX_PLANE_SIDE;
    plane = fits ? new OffscreenCanvas(source!.width, source!.height) : undefined;
    if (!fits) return;
    for (let index = 0; index < source!.tilesAcross * source!.tilesDown; index++) drawTile(index);
  };

  const heatOf = (value: number): ArrayLike<number> => {
    const t = Math.min(Math.max((value / 255 - 0.04) / 0.51, 0), 1);
    return [...ramp.subarray(value * 4, value * 4 + 3), 255 * t * t * (3 - 2 * t)];
  };

  const classOf = (value: number) =>
    meaning.kind === 'labels' ? value : value < 128 ? meaning.lesser : meaning.greater;

  /** Of two labels the lesser alone, of more each in its own colour: its outline, and its area where that is wanted. */
  const colorPrediction = ({ data, width, height }: ImageData) => {
    const classes = Uint8Array.from({ length: width * height }, (_, i) => classOf(data[i * 4]!));
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const here = classes[i]!;
        const border =
          (x > 0 && classes[i - 1] !== here) ||
          (x + 1 < width && classes[i + 1] !== here) ||
          (y > 0 && classes[i - width] !== here) ||
          (y + 1 < height && classes[i + width] !== here);
        const shown = meaning.kind === 'labels' ? here : meaning.lesser;
        const isArea = style === 'filled' && here === shown;
        data.set(palette.subarray(shown * 4, shown * 4 + 3), i * 4);
        data[i * 4 + 3] = palette[shown * 4 + 3]! * (border ? 1 : isArea ? 0.5 : 0);
      }
    }
  };

  const color = (layer: MapLayer) => {
    const bitmap = bitmaps.get(layer);
    colored.delete(layer);
    if (bitmap === undefined) return;
    const paper = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context2d = paper.getContext('2d')!;
    context2d.drawImage(bitmap, 0, 0);
    const image = context2d.getImageData(0, 0, bitmap.width, bitmap.height);
    if (layer === 'prediction') colorPrediction(image);
    else for (let i = 0; i < image.data.length; i += 4) image.data.set(heatOf(image.data[i]!), i);
    context2d.putImageData(image, 0, 0);
    colored.set(layer, paper);
  };

  return {
    kind: '2d',
    resize(extent, devicePixelRatio) {
      ratio = devicePixelRatio;
      fitCanvas(canvas, extent, ratio);
    },
    setImage(next) {
      pieces = next;
    },
    setLabels(next) {
      source = next;
      drawAllTiles();
    },
    refreshTiles(tileIndexes) {
      for (const index of tileIndexes) drawTile(index);
    },
    setPalette(next) {
      palette = next;
      drawAllTiles();
      color('prediction');
    },
    setMap(layer, map, { fades } = { fades: false }) {
      const shown = colored.get(layer);
      if (fades && shown !== undefined) before.set(layer, shown);
      else before.delete(layer);
      if (map === undefined) bitmaps.delete(layer);
      else bitmaps.set(layer, map);
      color(layer);
    },
    forgetOldMaps: () => before.clear(),
    setPredictionMeaning(next) {
      meaning = next;
      color('prediction');
    },
    draw({ view, layers, freshness }) {
      if (layers.prediction.style !== style) {
        style = layers.prediction.style;
        color('prediction');
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalAlpha = 1;
      context.fillStyle = '#101113';
      context.fillRect(0, 0, canvas.width, canvas.height);
      const scale = view.scale * ratio;
      context.setTransform(scale, 0, 0, scale, view.offsetX * ratio, view.offsetY * ratio);
      context.imageSmoothingEnabled = scale < 1;
      // Window and level as the browser's own filter: contrast around the middle, then brightness.
      const { low, high } = layers.image;
      const span = Math.max(high - low, 1 / 255);
      context.filter =
        low === 0 && high === 1 ? 'none' : `brightness(${0.5 / ((low + high) / 2)}) contrast(${1 / span})`;
      for (const { bitmap, x, y, width, height } of pieces) context.drawImage(bitmap, x, y, width, height);
      context.filter = 'none';
      if (source === undefined) return;
      for (const layer of ['uncertainty', 'prediction'] as const) {
        const map = colored.get(layer);
        if (map === undefined || !layers[layer].visible) continue;
        const older = freshness < 1 ? before.get(layer) : undefined;
        if (older !== undefined) {
          context.globalAlpha = layers[layer].opacity * (1 - freshness);
          context.drawImage(older, 0, 0, source.width, source.height);
        }
        context.globalAlpha = layers[layer].opacity * freshness;
        context.drawImage(map, 0, 0, source.width, source.height);
      }
      if (plane === undefined || !layers.mask.visible) return;
      context.globalAlpha = layers.mask.opacity;
      context.drawImage(plane, 0, 0);
    },
    destroy() {
      plane = undefined;
      colored.clear();
      before.clear();
      bitmaps.clear();
    },
  };
}
