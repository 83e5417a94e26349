/**
 * Strokes that no server has acknowledged, kept on this device: what is kept of one, and the port to where it is kept.
 * Knows no socket and no document; refuses to say "kept" before the device has it.
 */
import type { ErrorBody } from '@cotrace/protocol';

/** Whose strokes, in which mask: what it takes to send them later, and to speak of them. */
export interface KeptPlace {
  readonly maskId: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly width: number;
  readonly height: number;
  readonly userId: string;
  readonly userName: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly sectionId: string;
  readonly sectionName: string;
  readonly taskId: string;
  readonly taskName: string;
}

/** A stroke is the unit: painted, taken back and refused as a whole, however many records it has. */
export interface KeptStroke {
  readonly strokeId: number;
  /** Encoded records of the mask algebra; none when the stroke was taken back. */
  readonly records: readonly Uint8Array[];
  /** Taken back, and no acknowledgement covers that yet. */
  readonly undone: boolean;
  /** Why the server does not take it. Sent again only when the person says so. */
  readonly refusal?: Pick<ErrorBody, 'code' | 'message'>;
}

export interface KeptMask {
  readonly place: KeptPlace;
  readonly strokes: readonly KeptStroke[];
}

export interface MaskOfSession {
  readonly maskId: string;
  readonly sessionId: string;
}

/** Each call is one transaction, in the order of the calls. All reject with KeepingError and nothing else. */
export interface KeptStore {
  /** Resolved = on this device. A place is there as long as a stroke of it is. */
  write(
    place: KeptPlace,
    change: { readonly put: readonly KeptStroke[]; readonly remove: readonly number[] },
  ): Promise<void>;
  /** In the order of their numbers; none when nothing is kept. */
  read(of: MaskOfSession): Promise<KeptStroke[]>;
  /** Everything on this device, whoever painted it. */
  list(): Promise<KeptMask[]>;
}

/** Why a device does not keep: code and the words for it within a sentence. */
export const KEEPING_ERRORS = {
  KEEPING_FULL: 'the storage of this browser is full',
  KEEPING_MISSING: 'this browser keeps nothing, as in a private window',
  KEEPING_FAILED: 'the storage of this browser does not answer',
} as const;

export class KeepingError extends Error {
  override readonly name = 'KeepingError';
  constructor(
    readonly code: keyof typeof KEEPING_ERRORS,
    cause?: unknown,
  ) {
    super(KEEPING_ERRORS[code], cause === undefined ? undefined : { cause });
  }
}
