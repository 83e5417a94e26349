/** The mask in a Y.Doc: painting, undo, durability, folding, and what a server lets in. Pure: no sockets, no database. */
export { type Ack, decodeAck, encodeAck } from './ack.ts';
export {
  type Base,
  decodeBase,
  decodeFoldNotice,
  encodeBase,
  encodeFoldNotice,
  type FoldNotice,
} from './base.ts';
export { createDurabilityTracker, type DurabilityTracker } from './durability.ts';
export { MASK_DOC_ERRORS, MaskDocError, type MaskDocErrorCode } from './errors.ts';
export { deleteFolded, documentAfterFold, documentOfNewEpoch } from './foldedDocument.ts';
export type { FoldJob, FoldPlan } from './folding.ts';
export { type InspectedUpdate, type InspectionContext, inspectUpdate } from './inspect.ts';
export { arrayNameOf } from './layout.ts';
export { ackOfDocument, applyLog, stateVectorClocks } from './log.ts';
export {
  type MaskChange,
  type MaskDoc,
  type MaskDocOptions,
  type OwnAction,
  openMaskDoc,
} from './maskDoc.ts';
export { type OwnPartContext, ownPart } from './ownPart.ts';
export type { Painted } from './ownStrokes.ts';
export type { LiveRecord, UnreadableRecord } from './records.ts';
export {
  createReplay,
  type LogEntry,
  type Replay,
  type ReplayedRecord,
  type ReplayedStroke,
  replayLog,
} from './replay.ts';
export { type SessionState, UNDO_HORIZON } from './sessionStrokes.ts';
export { resubmit, type UnsavedRecords, unsavedRecords } from './unsaved.ts';
export { decodeWatermarks, encodeWatermarks, type Watermark, type Watermarks } from './watermarks.ts';
