/** Single values of the model's maps. One pixel is read at a time: a whole map as numbers would cost more memory than the maps. */
import type { MapLayer } from './layers.ts';
import type { Extent, Point } from './viewport.ts';

export interface MapProbe {
  set(layer: MapLayer, map: ImageBitmap | undefined): void;
  /** 0…255 at a point of an image of this size; undefined without a map, or outside. */
  at(layer: MapLayer, point: Point, image: Extent): number | undefined;
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
  };
}
