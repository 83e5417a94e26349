/** Data set, augmentation, loop, prediction, uncertainty, gate. Knows no server and no protocol. */
export type { EpochEnd } from './bestWeights.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export { readCourseFolder, unitRange } from './courseFolder.ts';
export { TRAINING_ERRORS, TrainingError, type TrainingErrorCode } from './errors.ts';
export { type Judgement, judge, type Score } from './gate.ts';
export { isKerasFile, loadKerasModel } from './keras/kerasModel.ts';
export { decodeModel, encodeModel, MODEL_FORMAT, type Model, type ModelDescription } from './model.ts';
export {
  loadCheckpointFolder,
  loadModelFolder,
  saveCheckpointFolder,
  saveModelFolder,
} from './modelFolder.ts';
export { numberedFiles } from './numberedFiles.ts';
export {
  createPredictor,
  type Prediction,
  type PredictionInput,
  type PredictionOptions,
  type Predictor,
} from './prediction.ts';
export { COURSE_RECIPE, checkRecipe, DEFAULT_RECIPE, type Recipe, STEPS_PER_EPOCH } from './recipe.ts';
export { describeReplicas } from './replicas/machine.ts';
export { type ReplicatedResult, type Replication, trainReplicated } from './replicas/trainReplicated.ts';
export { type Together, trainTogether } from './replicas/trainTogether.ts';
export { canStartFrom } from './run.ts';
export { scoreModel } from './scoring.ts';
export {
  classesOf,
  classIndices,
  type LabelClass,
  MEMBRANE_LABELS,
  type Section,
  UNKNOWN_CLASS,
} from './section.ts';
export { parseSectionRange } from './sectionRange.ts';
export { train } from './train.ts';
export type { TrainOptions, TrainProgress, TrainResult } from './trainOptions.ts';
export { type UncertainRegion, uncertainRegions } from './uncertainRegions.ts';
