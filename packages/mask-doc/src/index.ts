/** The mask in a Y.Doc: painting, undo, durability, and what a server lets in. Pure: no sockets, no database. */
export { type Ack, decodeAck, encodeAck } from './ack.ts';
export { createDurabilityTracker, type DurabilityTracker } from './durability.ts';
export { MASK_DOC_ERRORS, MaskDocError, type MaskDocErrorCode } from './errors.ts';
export { type InspectedUpdate, type InspectionContext, inspectUpdate } from './inspect.ts';
export { arrayNameOf } from './layout.ts';
export { ackOfDocument, applyLog, stateVectorClocks } from './log.ts';
export {
  type LiveRecord,
  type MaskChange,
  type MaskDoc,
  type MaskDocOptions,
  type OwnAction,
  openMaskDoc,
} from './maskDoc.ts';
export { ownPart } from './ownPart.ts';
export { resubmit, type UnsavedRecords, unsavedRecords } from './unsaved.ts';
