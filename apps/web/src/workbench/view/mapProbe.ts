/** Values of the model's maps, a pixel or a tile at a time: whole maps as numbers would cost more memory than the maps. */
import { TILE_PIXELS, TILE_SIZE } from '@cotrace/mask';
import type { MapLayer } from './layers.ts';
import type { Extent, Point } from './viewport.ts';

export interface MapProbe {
  set(layer: MapLayer, map: ImageBitmap | undefined): void;
  /** 0…255 at a point of an image of this size; undefined without a map, or outside. */
  at(layer: MapLayer, point: Point, image: Extent): number | undefined;
  /** [128 * 128] bytes of a tile of the image, row-major, anything beyond its edge; good until the next call. */
  tile(layer: MapLayer, tileIndex: number, image: Extent): Uint8Array | undefined;
}

/** The pixel of a map (of any resolution) under an image point; undefined outside. */
export function mapPixel(point: Point, image: Extent, map: Extent): Point | undefined {
  const x = Math.floor((point.x / image.width) * map.width);
  const y = Math.floor((point.y / image.height) * map.height);
  return x >= 0 && y >= 0 && x < map.width && y < map.height ? { x, y } : undefined;
}

export function createMapProbe(): MapProbe {
  const maps = new Map<MapLayer, ImageBitmap>();
  const canvas = new OffscreenCanvas(1, 1);
  // Kept in main memory: reading back from a graphics card would make it wait.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const tileCanvas = new OffscreenCanvas(TILE_SIZE, TILE_SIZE);
  const tileContext = tileCanvas.getContext('2d', { willReadFrequently: true });
  const bytes = new Uint8Array(TILE_PIXELS);
  return {
    set(layer, map) {
      if (map === undefined) maps.delete(layer);
      else maps.set(layer, map);
    },
    at(layer, point, image) {
      const map = maps.get(layer);
      const place = map && mapPixel(point, image, map);
      if (map === undefined || place === undefined || context === null) return undefined;
      context.imageSmoothingEnabled = false;
      context.drawImage(map, place.x, place.y, 1, 1, 0, 0, 1, 1);
      return context.getImageData(0, 0, 1, 1).data[0];
    },
    tile(layer, tileIndex, image) {
      const map = maps.get(layer);
      if (map === undefined || tileContext === null) return undefined;
      const across = Math.ceil(image.width / TILE_SIZE);
      const [left, top] = [(tileIndex % across) * TILE_SIZE, Math.floor(tileIndex / across) * TILE_SIZE];
      const [sx, sy] = [map.width / image.width, map.height / image.height];
      tileContext.imageSmoothingEnabled = false;
      tileContext.drawImage(
        map,
        ...([left * sx, top * sy, TILE_SIZE * sx, TILE_SIZE * sy] as const),
        ...([0, 0, TILE_SIZE, TILE_SIZE] as const),
      );
      const { data } = tileContext.getImageData(0, 0, TILE_SIZE, TILE_SIZE);
      for (let i = 0; i < TILE_PIXELS; i++) bytes[i] = data[i * 4]!;
      return bytes;
    },
  };
}
