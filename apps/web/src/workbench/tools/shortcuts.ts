/** Every key of the workbench in one table: what it does, and the sentence that the help shows. Knows no page. */

export const SHORTCUTS = [
  { action: 'brush', keys: ['b'], group: 'Paint', sentence: 'Brush' },
  { action: 'eraser', keys: ['e'], group: 'Paint', sentence: 'Eraser: back to unknown' },
  { action: 'hand', keys: ['v'], group: 'Paint', sentence: 'Hand: drag the image' },
  { action: 'smaller', keys: ['['], group: 'Paint', sentence: 'Smaller brush' },
  { action: 'larger', keys: [']'], group: 'Paint', sentence: 'Larger brush' },
  { action: 'undo', keys: ['Mod+z'], group: 'Paint', sentence: 'Undo my last stroke here' },
  { action: 'redo', keys: ['Mod+Shift+z', 'Mod+y'], group: 'Paint', sentence: 'Redo' },
  { action: 'nextRegion', keys: ['n'], group: 'Go', sentence: 'Next uncertain place' },
  { action: 'previousRegion', keys: ['Shift+n'], group: 'Go', sentence: 'Uncertain place before this one' },
  { action: 'previousSection', keys: [','], group: 'Go', sentence: 'Previous section' },
  { action: 'nextSection', keys: ['.'], group: 'Go', sentence: 'Next section' },
  { action: 'fit', keys: ['0', 'f'], group: 'Go', sentence: 'Whole section' },
  { action: 'zoomIn', keys: ['+', '='], group: 'Go', sentence: 'Zoom in' },
  { action: 'zoomOut', keys: ['-'], group: 'Go', sentence: 'Zoom out' },
  { action: 'toggleMask', keys: ['h'], group: 'See', sentence: 'Hide or show the mask' },
  { action: 'togglePrediction', keys: ['p'], group: 'See', sentence: 'Hide or show the prediction' },
  { action: 'toggleUncertainty', keys: ['u'], group: 'See', sentence: 'Hide or show the uncertainty' },
  { action: 'toggleDisagreement', keys: ['c'], group: 'See', sentence: 'Where people do not agree' },
  { action: 'toggleNumbers', keys: ['q'], group: 'See', sentence: 'Numbers beside a resting pointer' },
  { action: 'compare', keys: ['x'], group: 'See', sentence: 'Hold: the image alone' },
  { action: 'togglePanels', keys: ['\\'], group: 'See', sentence: 'Fold the side panel' },
  { action: 'help', keys: ['?'], group: 'See', sentence: 'These shortcuts' },
] as const;

export type Action = (typeof SHORTCUTS)[number]['action'];

/** What the pointer does, for the help; not keys that can be matched. */
export const POINTER_HELP = [
  { keys: ['1 … 9'], sentence: 'Label by its place in the list' },
  { keys: ['Space + drag', 'middle button'], sentence: 'Pan' },
  { keys: ['wheel'], sentence: 'Zoom at the pointer' },
  { keys: ['Shift + wheel'], sentence: 'Brush size' },
  { keys: ['Shift + click'], sentence: 'Line from the last point' },
  { keys: ['right button'], sentence: 'Erase while held' },
] as const;

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

export type Matched = { readonly action: Action } | { readonly labelPlace: number };

const TABLE: ReadonlyMap<string, Action> = new Map(
  SHORTCUTS.flatMap(({ action, keys }) => keys.map((key) => [key, action] as const)),
);

/** The action of a key press; undefined when it has none. `labelPlace` counts from 0. */
export function matchShortcut(press: KeyPress): Matched | undefined {
  if (press.altKey) return undefined;
  const modified = press.ctrlKey || press.metaKey;
  if (!modified && /^[1-9]$/.test(press.key)) return { labelPlace: Number(press.key) - 1 };
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  // Shift is part of what a plain key types ("?", "+"); it means something of its own beside Ctrl or ⌘, and where the table says so.
  const shifted = `Shift+${key}`;
  const name = modified
    ? `Mod+${press.shiftKey ? 'Shift+' : ''}${key}`
    : press.shiftKey && TABLE.has(shifted)
      ? shifted
      : key;
  const action = TABLE.get(name);
  return action === undefined ? undefined : { action };
}

/** How a key is written for people: `Ctrl Z` instead of `Mod+z`. */
export function keyCaps(key: string, isMac: boolean): string[] {
  if (key === '+') return ['+'];
  return key
    .split('+')
    .map((part) => (part === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : part.length === 1 ? part.toUpperCase() : part));
}

/** The first key of an action, for tooltips. */
export const keyOf = (action: Action): string => SHORTCUTS.find((one) => one.action === action)!.keys[0];
