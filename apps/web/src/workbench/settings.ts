/** What one person has set at their workbench: tool, label, brush, layers, panels. Nothing of it is shared. */
import { createStore, type Store } from './store.ts';
import { INITIAL_DIAMETER } from './tools/brushSize.ts';
import { INITIAL_LAYERS, type Layers } from './view/layers.ts';

export type Tool = 'brush' | 'eraser' | 'hand';

export interface Settings {
  readonly tool: Tool;
  /** Value of the label that the brush paints. */
  readonly label: number;
  readonly diameter: number;
  readonly shape: 'round' | 'square';
  /** Whether a pen's pressure scales the brush. */
  readonly pressure: boolean;
  readonly layers: Layers;
  /** The compare key is held: the image alone. */
  readonly comparing: boolean;
  /** Numbers beside a pointer that rests. */
  readonly numbers: boolean;
  readonly panelFolded: boolean;
  readonly helpOpen: boolean;
}

export type SettingsStore = Store<Settings>;

export const createSettings = (): SettingsStore =>
  createStore<Settings>({
    tool: 'brush',
    label: 1,
    diameter: INITIAL_DIAMETER,
    shape: 'round',
    pressure: false,
    layers: INITIAL_LAYERS,
    comparing: false,
    numbers: true,
    panelFolded: false,
    helpOpen: false,
  });
