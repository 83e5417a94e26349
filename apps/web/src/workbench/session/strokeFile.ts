/** Strokes that no server has committed, as a file to keep. Holds whole records, so that nothing of them is lost. */
import type { KeptStroke, MaskOfSession } from './kept/keptStore.ts';

export interface StrokeFile {
  readonly format: 'cotrace-strokes';
  readonly version: 1;
  readonly maskId: string;
  readonly sessionId: string;
  readonly reason: string;
  /** Encoded records of the mask algebra, base64. */
  readonly records: readonly string[];
  /** Strokes that had been taken back. */
  readonly undone: readonly number[];
}

export function strokeFile(
  strokes: readonly KeptStroke[],
  { maskId, sessionId, reason }: MaskOfSession & { readonly reason: string },
): StrokeFile {
  return {
    format: 'cotrace-strokes',
    version: 1,
    maskId,
    sessionId,
    reason,
    records: strokes.flatMap(({ records }) => records.map(base64)),
    undone: strokes.filter(({ undone }) => undone).map(({ strokeId }) => strokeId),
  };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
