/** How good a segmentation is, on typed arrays: the ISBI 2012 scores, Dice, calibration. */
export { expectedCalibrationError, fitTemperature } from './calibration.ts';
export { dice } from './dice.ts';
export { MetricsError, type MetricsErrorCode } from './errors.ts';
export {
  type LabelledSection,
  type ScoreOptions,
  type StackScore,
  scoreStack,
  THRESHOLDS,
  type ThresholdScore,
} from './scoreStack.ts';
