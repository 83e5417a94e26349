/**
 * Strokes that glow for a moment and go: each a small canvas in the plane, faded by the browser itself, so that a painting hand
 * pays nothing for it. For people who want less motion an outline that is there and vanishes. Knows no people.
 */
import type { Runs } from '@cotrace/mask';
import { rgbOf } from '../view/palette.ts';
import { type StrokePicture, strokePicture } from './strokePicture.ts';

const GLOW_MS = 2200;
/** An outline that stands still for this long is seen, and gone before it bothers. */
const OUTLINE_MS = 1600;
/** At once: beyond, the oldest goes. */
const MOST = 40;

export interface Glow {
  /** `color`: `#rrggbb`. */
  show(runs: Runs, color: string): void;
  clear(): void;
}

/** `host` is placed and scaled with the image: `--scale` is CSS pixels per image pixel. */
export function createGlow(host: HTMLElement, { wantsLessMotion }: { wantsLessMotion: () => boolean }): Glow {
  return {
    show(runs, color) {
      const still = wantsLessMotion();
      const picture = strokePicture(runs, { fill: !still });
      if (picture === undefined) return;
      while (host.childElementCount >= MOST) host.firstElementChild!.remove();
      const canvas = placed(picture, color);
      host.append(canvas);
      const frames = still
        ? [{ opacity: 1 }, { opacity: 1 }]
        : [{ opacity: 1 }, { opacity: 0.75, offset: 0.3 }, { opacity: 0 }];
      const fading = canvas.animate(frames, { duration: still ? OUTLINE_MS : GLOW_MS, easing: 'ease-out' });
      fading.onfinish = () => canvas.remove();
    },
    clear() {
      host.replaceChildren();
    },
  };
}

/** A picture in one colour, as an element that lies over its pixels. */
export function placed({ box, width, height, alpha }: StrokePicture, color: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const [red, green, blue] = rgbOf(color);
  const words = new Uint32Array(image.data.buffer);
  // Little-endian, as every machine that runs a browser is: alpha is the highest byte.
  const ink = (blue << 16) | (green << 8) | red;
  for (let i = 0; i < alpha.length; i++) if (alpha[i] !== 0) words[i] = ((alpha[i]! << 24) | ink) >>> 0;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  const scaled = (pixels: number) => `calc(${pixels}px * var(--scale))`;
  Object.assign(canvas.style, {
    position: 'absolute',
    left: scaled(box.x0),
    top: scaled(box.y0),
    width: scaled(box.x1 - box.x0),
    height: scaled(box.y1 - box.y0),
    imageRendering: 'pixelated',
    willChange: 'opacity',
  });
  return canvas;
}
