/** What a tool is to the pointer, and what it may use. Types only. */
import type { StrokePoint } from '@cotrace/mask';
import type { Painted } from '@cotrace/mask-doc';
import type { MaskSession } from '../session/maskSession.ts';
import type { SettingsStore } from '../settings.ts';
import type { Rgb } from '../view/palette.ts';
import type { Stage } from '../view/stage.ts';
import type { Point } from '../view/viewport.ts';
import type { PixelSources } from './pixelSources.ts';
import type { ToolNotice } from './toolNotices.ts';

export interface Press {
  readonly point: StrokePoint;
  /** The right button, or a pen's eraser: labels are taken away. */
  readonly erases: boolean;
  /** Shift is held. */
  readonly continues: boolean;
}

/** One press of the pointer, from down to up. */
export interface Held {
  move(points: readonly StrokePoint[]): void;
  release(): void;
  /** Escape, or a second finger: as if the pointer had never come down. */
  cancel(): void;
}

/** Keys that a tool in the middle of something may want for itself. */
export type ToolKey = 'Enter' | 'Backspace' | 'Escape';

export interface PointerTool {
  /** Whether the brush's outline goes with the pointer. */
  hasOutline(): boolean;
  press(press: Press): Held;
  /** Moved without a button; undefined: left the canvas. */
  hover?(point: Point | undefined): void;
  /** True when the tool had a use for it. */
  key?(key: ToolKey): boolean;
  /** Chosen, or what it looks at has changed: settings, the mask, maps. */
  refresh?(): void;
  /** Another tool or another section: what was begun is dropped. */
  leave?(): void;
}

/** What a tool draws on, and by which view it measures. */
export type ToolStage = Pick<Stage, 'view' | 'beginStroke' | 'addToStroke' | 'endStroke' | 'setSketch'>;

/** What a tool paints into. */
export type ToolSession = Pick<MaskSession, 'mayPaint' | 'maskDoc' | 'paintTogether' | 'pendingBytes'>;

export interface ToolContext {
  readonly stage: ToolStage;
  readonly settings: SettingsStore;
  readonly session: () => ToolSession | undefined;
  readonly sources: Pick<PixelSources, 'grey' | 'suggestion'>;
  /** All labels that the mask shows, row-major; undefined while there is no mask. */
  readonly labels: () => Uint8Array | undefined;
  readonly colorOf: (label: number) => Rgb;
  /** One step of undo. What may not be painted, or is nothing, is told. */
  readonly paint: (
    strokes: readonly Painted[],
    options: { onlyUnknown: boolean; nothing: ToolNotice },
  ) => void;
  readonly tell: (notice: ToolNotice) => void;
}
