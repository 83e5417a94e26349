/** What one person has set at their workbench: tool, label, brush, layers, panels. Nothing of it is shared. */
import { createStore, type Store } from './store.ts';
import { INITIAL_DIAMETER } from './tools/brushSize.ts';
import { INITIAL_LAYERS, type Layers } from './view/layers.ts';

export type Tool =
  | 'brush'
  | 'eraser'
  | 'lasso'
  | 'polygon'
  | 'fill'
  | 'accept'
  | 'smooth'
  | 'picker'
  | 'hand';

export interface Settings {
  readonly tool: Tool;
  /** Value of the label that is painted. */
  readonly label: number;
  readonly diameter: number;
  readonly shape: 'round' | 'square';
  /** Whether a pen's pressure scales the brush. */
  readonly pressure: boolean;
  /** Tools paint pixels that show no label, and leave the others. */
  readonly onlyUnknown: boolean;
  /** Lasso, polygon and fill: paint the area, or take its labels away. */
  readonly areaEffect: 'add' | 'subtract';
  readonly fill: FillSettings;
  readonly accept: {
    readonly by: 'lasso' | 'brush';
    /** Least probability, 0.5 … 1, that the model gives a label which is taken. */
    readonly certainty: number;
  };
  readonly smooth: {
    readonly by: 'lasso' | 'brush';
    /** Of the disc around each pixel, in pixels. */
    readonly radius: number;
  };
  /** What one finger does; two always move and zoom. */
  readonly fingers: 'paint' | 'pan';
  readonly layers: Layers;
  /** The compare key is held: the image alone. */
  readonly comparing: boolean;
  /** Numbers beside a pointer that rests. */
  readonly numbers: boolean;
  readonly panelFolded: boolean;
  readonly helpOpen: boolean;
}

/** Tools that paint the chosen label. */
const LABELLING: ReadonlySet<Tool> = new Set(['brush', 'lasso', 'polygon', 'fill']);

/** Another label is chosen: with a tool that paints it, or else the brush. */
export const withLabel = (tool: Tool, label: number): Pick<Settings, 'tool' | 'label'> => ({
  label,
  tool: LABELLING.has(tool) ? tool : 'brush',
});

export interface FillSettings {
  /** Whose values are compared. */
  readonly on: 'image' | 'labels';
  /** How far grey values may differ, 0 … 255. */
  readonly tolerance: number;
  /** Pixels of the largest area that is filled. */
  readonly maxPixels: number;
  /** Holes of at most so many pixels are filled, too. */
  readonly holes: number;
}

export type SettingsStore = Store<Settings>;

export const createSettings = (): SettingsStore =>
  createStore<Settings>({
    tool: 'brush',
    label: 1,
    diameter: INITIAL_DIAMETER,
    shape: 'round',
    pressure: false,
    onlyUnknown: false,
    areaEffect: 'add',
    fill: { on: 'image', tolerance: 24, maxPixels: 1_000_000, holes: 32 },
    accept: { by: 'lasso', certainty: 0.95 },
    smooth: { by: 'brush', radius: 2 },
    fingers: 'paint',
    layers: INITIAL_LAYERS,
    comparing: false,
    numbers: true,
    panelFolded: false,
    helpOpen: false,
  });
