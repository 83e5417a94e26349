/** Strokes as a file in the person's downloads. */
import type { KeptStroke, MaskOfSession } from '../session/kept/keptStore.ts';
import { strokeFile } from '../session/strokeFile.ts';

export function downloadStrokes(
  strokes: readonly KeptStroke[],
  of: MaskOfSession & { readonly reason: string },
): void {
  const text = JSON.stringify(strokeFile(strokes, of));
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `strokes-${of.maskId}-${of.sessionId}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
