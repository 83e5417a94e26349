'use client';
/** The image and everything on it: the canvases, the brush's outline, others' cursors, the frame of an uncertain place. */
import { memo, type ReactNode, type RefObject } from 'react';
import type { Place } from './asking/trail.ts';
import classes from './Canvas.module.css';

export interface CanvasParts {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly picture: RefObject<HTMLCanvasElement | null>;
  readonly overlay: RefObject<HTMLCanvasElement | null>;
  readonly sketch: RefObject<HTMLCanvasElement | null>;
  readonly outline: RefObject<HTMLDivElement | null>;
  /** Moved and scaled with the image: children are placed in image pixels. */
  readonly plane: RefObject<HTMLDivElement | null>;
}

/** Never renders again for a pan or a stroke: the stage moves and draws what is in here itself. */
export const Canvas = memo(function Canvas({
  parts,
  children,
  above,
}: {
  parts: CanvasParts;
  children?: ReactNode;
  /** Placed in CSS pixels of the frame. */
  above?: ReactNode;
}) {
  return (
    <div className={classes.frame} ref={parts.frame} data-testid="workbench-canvas">
      <canvas className={classes.layer} ref={parts.picture} aria-label="Section with its mask" />
      <canvas className={classes.layer} ref={parts.overlay} aria-hidden />
      <canvas className={classes.layer} ref={parts.sketch} aria-hidden />
      <div className={classes.plane} ref={parts.plane}>
        {children}
      </div>
      <div className={classes.outline} ref={parts.outline} hidden />
      {above}
    </div>
  );
});

/** Four corners around a region that asks to be looked at. */
export function RegionFrame({ region }: { region: Place }) {
  return (
    <div
      className={classes.region}
      style={{
        left: `calc(${region.x}px * var(--scale))`,
        top: `calc(${region.y}px * var(--scale))`,
        width: `calc(${region.width}px * var(--scale))`,
        height: `calc(${region.height}px * var(--scale))`,
      }}
    />
  );
}
