/** Image bytes to pixels and back. No files, no DOM: callers read and write. */
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
export { encodePng } from './pngWrite.ts';
export {
  encodeTiff,
  type TiffOptions,
  type TiffPagePixels,
  type TiffSampleFormat,
  tiffChunks,
  tiffChunksAsync,
} from './tiffWrite.ts';
