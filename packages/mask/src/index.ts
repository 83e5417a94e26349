/** The mask algebra: runs, brushes, records and the pixel rule. Pure: no users' names, sockets, time or Yjs. */
export { rasterizePolygon } from './area.ts';
export type { BaseTiles, Change } from './baseLayer.ts';
export {
  type Composition,
  type CompositionOptions,
  createComposition,
  MAX_MASK_SIDE,
  type TileStamps,
} from './composition.ts';
export { MASK_ERRORS, MaskError, type MaskErrorCode } from './errors.ts';
export { closeHoles, type Filled, type FillOptions, fillSimilar } from './fill.ts';
export {
  type LabelWindow,
  labelWindow,
  restrictToLabels,
  splitByLabel,
  type TiledLabels,
  wholeArea,
} from './labelWindow.ts';
export { compareRecords, type PlacedRecord } from './placedRecord.ts';
export { TILE_PIXELS, TILE_SIZE } from './planeCoding.ts';
export {
  type DecodeLimits,
  decodeRecord,
  decodeRecordHead,
  encodeRecord,
  MAX_RECORD_BYTES,
  RECORD_VERSION,
  type RecordHead,
  type StrokeRecord,
  splitStroke,
} from './record.ts';
export {
  type Box,
  boundingBox,
  clip,
  clipToBox,
  EMPTY_RUNS,
  forEachRun,
  intersect,
  pixelCount,
  type Runs,
  runsEqual,
  runsFromTriples,
  runsOfLabel,
  type Size,
  subtract,
  toBitmap,
  translate,
  union,
  unionAll,
} from './runs.ts';
export { type LabelInterpolation, startInterpolation } from './shapeInterpolation.ts';
export { smoothLabels } from './smoothing.ts';
export {
  type Brush,
  createStrokeBuilder,
  rasterizeStroke,
  type StrokeBuilder,
  type StrokePoint,
} from './stroke.ts';
export {
  decodeTile,
  encodeTile,
  type FoldedTile,
  type Stamp,
  TILE_VERSION,
  tileLabelCounts,
} from './tileCoding.ts';
export type { TileFold } from './tileFold.ts';
