/** Every action of the workbench that has a key: its sentence for the help, and the keys that it has unless a person gives it others. Knows no page. */

export const SHORTCUTS = [
  { action: 'brush', keys: ['b'], group: 'Tools', sentence: 'Brush' },
  { action: 'eraser', keys: ['e'], group: 'Tools', sentence: 'Eraser: back to unknown' },
  { action: 'lasso', keys: ['l'], group: 'Tools', sentence: 'Lasso: around an area by hand' },
  { action: 'polygon', keys: ['g'], group: 'Tools', sentence: 'Polygon: around an area by corners' },
  { action: 'fill', keys: ['k'], group: 'Tools', sentence: 'Fill what looks alike' },
  { action: 'accept', keys: ['a'], group: 'Tools', sentence: 'Accept the suggestion' },
  { action: 'smooth', keys: ['s'], group: 'Tools', sentence: 'Smooth outlines' },
  { action: 'picker', keys: ['i'], group: 'Tools', sentence: 'Pick the label under the pointer' },
  { action: 'hand', keys: ['v'], group: 'Tools', sentence: 'Hand: drag the image' },
  { action: 'smaller', keys: ['['], group: 'Paint', sentence: 'Smaller brush' },
  { action: 'larger', keys: [']'], group: 'Paint', sentence: 'Larger brush' },
  { action: 'onlyUnknown', keys: ['o'], group: 'Paint', sentence: 'Paint only where unknown' },
  { action: 'subtract', keys: ['d'], group: 'Paint', sentence: 'Areas: add or subtract' },
  { action: 'undo', keys: ['Mod+z'], group: 'Paint', sentence: 'Undo my last stroke here' },
  { action: 'redo', keys: ['Mod+Shift+z', 'Mod+y'], group: 'Paint', sentence: 'Redo' },
  { action: 'copyPrevious', keys: ['Mod+,'], group: 'Paint', sentence: 'Copy the previous section’s labels' },
  { action: 'copyNext', keys: ['Mod+.'], group: 'Paint', sentence: 'Copy the next section’s labels' },
  { action: 'interpolate', keys: ['Mod+i'], group: 'Paint', sentence: 'Fill the sections between' },
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

/** What the pointer does, for the help; not keys that can be given to something else. */
export const POINTER_HELP = [
  { keys: '1 … 9', sentence: 'Label by its place in the list' },
  { keys: 'Space + drag', sentence: 'Pan; the middle button, too' },
  { keys: 'wheel', sentence: 'Zoom at the pointer' },
  { keys: 'Shift + wheel', sentence: 'Brush size' },
  { keys: 'Shift + click', sentence: 'Line from the last point' },
  { keys: 'Alt + click', sentence: 'Pick the label there' },
  { keys: 'right button', sentence: 'Erase; areas: subtract' },
  { keys: 'drag ↔', sentence: 'Filling: tolerance' },
  { keys: 'Enter', sentence: 'Close the polygon' },
  { keys: 'Backspace', sentence: 'Take its last corner back' },
  { keys: 'Esc', sentence: 'Drop what was begun' },
  { keys: 'two fingers', sentence: 'Move and zoom; tap: undo' },
  { keys: 'three fingers', sentence: 'Tap: redo' },
] as const;

export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/**
 * How a key press is written in tables: `b`, `?`, `Mod+Shift+z`, `F2`. Undefined for what no action may have: modifiers
 * alone, Alt (which types letters), digits 1 to 9 (labels), and the keys that pages, tools and dialogs need for themselves.
 */
export function keyName(press: KeyPress): string | undefined {
  if (press.altKey || NEVER.has(press.key)) return undefined;
  const modified = press.ctrlKey || press.metaKey;
  if (!modified && /^[1-9]$/.test(press.key)) return undefined;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  // Shift is part of what a plain sign types ("?", "+"); with a letter, a named key or Ctrl it means something of its own.
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  const shift = press.shiftKey && (modified || !isSign) ? 'Shift+' : '';
  return `${modified ? 'Mod+' : ''}${shift}${key}`;
}

const NEVER: ReadonlySet<string> = new Set([
  ...['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified'],
  ...['Escape', 'Enter', 'Tab', 'Backspace', ' '],
]);

/** How a key is written for people: `Ctrl Z` instead of `Mod+z`. */
export function keyCaps(key: string, isMac: boolean): string[] {
  if (key === '+') return ['+'];
  return key
    .replace(/\+\+$/, '+Plus')
    .split('+')
    .map((part) => (part === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : part.length === 1 ? part.toUpperCase() : part));
}
