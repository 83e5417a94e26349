/** Image bytes to pixels and back. No files, no DOM: callers read and write. */
export { type CoursePair, matchCourseLayout } from './courseLayout.ts';
export { decodeFloatStack, decodeImage, decodePages, formatOf, peekImage } from './decode.ts';
export { IMAGE_ERRORS, ImageError, type ImageErrorCode, imageError } from './errors.ts';
export {
  DEFAULT_LIMITS,
  type FloatPage,
  type Image,
  type ImageFormat,
  type ImageHeader,
  type ImageLimits,
  type RgbImage,
  type SampleFormat,
} from './image.ts';
export { colorsFromLabels, type LabelColor } from './labelColors.ts';
export { grayFromLabels, type LabelGray, labelsFromGray } from './labels.ts';
export { encodeNpy, type NpyData } from './npyWrite.ts';
export { encodePng } from './pngWrite.ts';
export {
  SUBMISSION_RULES,
  type SubmissionImage,
  type SubmissionOptions,
  type SubmissionRule,
  type SubmissionVerdict,
  validateSubmission,
} from './submission.ts';
export {
  createTiffWriter,
  encodeTiff,
  type TiffOptions,
  type TiffPagePixels,
  type TiffSampleFormat,
  tiffChunks,
  tiffChunksAsync,
} from './tiffWrite.ts';
