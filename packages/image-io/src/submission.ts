/**
 * Is a file a legal ISBI 2012 submission? Every rule by name, each with a sentence: a multi-page 32-bit float TIFF, one
 * page a section, 0 = certainly membrane, 1 = certainly not. Holds one page in memory at a time; repairs nothing.
 */
import { formatOf } from './decode.ts';
import { ImageError, imageError } from './errors.ts';
import { checkLimits, DEFAULT_LIMITS, type Image } from './image.ts';
import { tiffFloatPages } from './tiff.ts';
import { readDirectories, type TiffPage } from './tiffDirectory.ts';

/** In the order in which they are reported. */
export const SUBMISSION_RULES = [
  'readable-tiff',
  'float32',
  'one-sample',
  'one-size',
  'page-count',
  'no-nan',
  'range-0-1',
  'polarity',
] as const;
export type SubmissionRule = (typeof SUBMISSION_RULES)[number];

/** `passed` null: could not be checked, and the sentence says why. A failed rule's sentence begins with an error code. */
export interface SubmissionVerdict {
  rule: SubmissionRule;
  passed: boolean | null;
  sentence: string;
}

/** The sections that were to be predicted, in order, as far as the rules need them. */
export type SubmissionImage = Pick<Image, 'width' | 'height' | 'data'>;

export interface SubmissionOptions {
  /** The file's name, for the sentences. */
  name?: string;
  images?: readonly SubmissionImage[];
}

/**
 * One verdict for each of {@link SUBMISSION_RULES}. Throws nothing for what may be wrong with the file: that is its
 * answer. A legal file has no verdict with `passed` false.
 */
export function validateSubmission(bytes: Uint8Array, options: SubmissionOptions = {}): SubmissionVerdict[] {
  const { name = 'the submission', images } = options;
  const found = new Map<SubmissionRule, Omit<SubmissionVerdict, 'rule'>>();
  const pass = (rule: SubmissionRule, sentence: string) => found.set(rule, { passed: true, sentence });
  const skip = (rule: SubmissionRule, sentence: string) => found.set(rule, { passed: null, sentence });
  const fail = (rule: SubmissionRule, error: ImageError) =>
    found.set(rule, { passed: false, sentence: error.message });
  const verdicts = (): SubmissionVerdict[] =>
    SUBMISSION_RULES.map((rule) => ({
      rule,
      ...(found.get(rule) ?? { passed: null, sentence: 'Not checked: an earlier rule failed.' }),
    }));

  const pages = attempt(
    () => openPages(bytes, name),
    (error) => fail('readable-tiff', error),
  );
  if (pages === undefined) return verdicts();
  pass('readable-tiff', `A TIFF of ${pages.length} ${pages.length === 1 ? 'page' : 'pages'}.`);

  const notFloat = pages.find((page) => page.sampleFormat !== 'float' || page.bitDepth !== 32);
  if (notFloat === undefined) pass('float32', 'Samples are 32-bit float.');
  else fail('float32', imageError('FLOAT_EXPECTED', { name, came: typeOf(notFloat) }));
  const severalSamples = pages.find((page) => page.channels !== 1);
  if (severalSamples === undefined) pass('one-sample', 'One sample a pixel.');
  else fail('one-sample', imageError('SAMPLES_EXPECTED', { name, came: severalSamples.channels }));
  checkSizes(pages, name, images, pass, fail);
  if (images === undefined) {
    skip('page-count', `${pages.length} pages; give the sections' images to have them counted.`);
  } else if (pages.length === images.length) {
    pass('page-count', `One page for each of the ${images.length} sections.`);
  } else {
    fail(
      'page-count',
      imageError('PAGE_COUNT_DIFFERS', { name, pages: pages.length, sections: images.length }),
    );
  }
  if (notFloat !== undefined || severalSamples !== undefined) return verdicts();

  const survey = attempt(
    () => surveyValues(tiffFloatPages(bytes, name), images),
    (error) => fail('readable-tiff', error),
  );
  if (survey === undefined) return verdicts();
  if (survey.notANumber === undefined) pass('no-nan', 'Every value is a number.');
  else fail('no-nan', imageError('VALUE_NOT_A_NUMBER', { name, ...survey.notANumber }));
  const { lowest, highest } = survey;
  if (lowest >= 0 && highest <= 1) pass('range-0-1', `Values reach from ${lowest} to ${highest}.`);
  else fail('range-0-1', imageError('VALUE_OUT_OF_RANGE', { name, lowest, highest }));

  const { correlation, mean } = survey;
  if (correlation === undefined) {
    const hint = mean < 0.5 ? ' Most of it says "membrane", which is rare: it may be inverted.' : '';
    skip('polarity', `Not compared: no images of the same sections and sizes were given.${hint}`);
  } else if (Math.abs(correlation) < 0.02) {
    skip(
      'polarity',
      `Cannot be told: the values hardly go with the images' brightness (${show(correlation)}).`,
    );
  } else if (correlation > 0) {
    pass('polarity', `Dark pixels, membranes, have the low values (correlation ${show(correlation)}).`);
  } else fail('polarity', imageError('POLARITY_INVERTED', { name, correlation: show(correlation) }));
  return verdicts();
}

function openPages(bytes: Uint8Array, name: string): TiffPage[] {
  const format = formatOf(bytes, name);
  if (format !== 'tiff') throw imageError('FLOAT_EXPECTED', { name, came: `a ${format.toUpperCase()}` });
  const { pages } = readDirectories(bytes, name);
  for (const page of pages) {
    const { width, height, bitDepth, sampleFormat, channels } = page;
    checkLimits(
      { format, width, height, pages: 1, bitDepth, sampleFormat, channels, alpha: false },
      name,
      DEFAULT_LIMITS,
    );
  }
  return pages;
}

/** What `read` gives, or undefined when the file is at fault; any other error is the program's and goes on. */
function attempt<T>(read: () => T, atFault: (error: ImageError) => void): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    atFault(error);
    return undefined;
  }
}

function checkSizes(
  pages: readonly TiffPage[],
  name: string,
  images: readonly SubmissionImage[] | undefined,
  pass: (rule: SubmissionRule, sentence: string) => void,
  fail: (rule: SubmissionRule, error: ImageError) => void,
): void {
  const first = pages[0]!;
  const other = pages.findIndex((page) => !sameSize(page, first));
  const unlike = images?.findIndex((image, i) => pages[i] !== undefined && !sameSize(pages[i], image)) ?? -1;
  if (other > 0) {
    fail('one-size', imageError('PAGES_DIFFER', { name, page: other + 1, first, other: pages[other]! }));
  } else if (unlike >= 0) {
    const image = images![unlike]!;
    fail(
      'one-size',
      imageError('PAGE_SIZE_DIFFERS', { name, page: unlike + 1, image, came: pages[unlike]! }),
    );
  } else pass('one-size', `Every page is ${first.width} × ${first.height}.`);
}

type Size = { width: number; height: number };
const sameSize = (a: Size, b: Size) => a.width === b.width && a.height === b.height;
const show = (value: number) => value.toFixed(2);

function typeOf({ bitDepth, sampleFormat }: TiffPage): string {
  return `${bitDepth}-bit ${sampleFormat === 'float' ? 'float' : 'integer'} samples`;
}

interface Survey {
  lowest: number;
  highest: number;
  mean: number;
  notANumber: { page: number; x: number; y: number } | undefined;
  /** Pearson's, of value and brightness within pages; undefined without comparable images. */
  correlation: number | undefined;
}

function surveyValues(
  pages: Iterable<{ width: number; height: number; data: Float32Array }>,
  images: readonly SubmissionImage[] | undefined,
): Survey {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let total = 0;
  let count = 0;
  let notANumber: Survey['notANumber'];
  let compared = images !== undefined;
  let covariance = 0;
  let ofValues = 0;
  let ofImages = 0;
  let index = 0;
  for (const page of pages) {
    for (let at = 0; at < page.data.length; at++) {
      const value = page.data[at]!;
      if (Number.isNaN(value)) {
        notANumber ??= { page: index + 1, x: at % page.width, y: Math.floor(at / page.width) };
        continue;
      }
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
      total += value;
      count++;
    }
    const image = images?.[index];
    if (image === undefined || !sameSize(image, page)) compared = false;
    else {
      const moments = centredMoments(page.data, image.data);
      covariance += moments.covariance;
      ofValues += moments.ofValues;
      ofImages += moments.ofImages;
    }
    index++;
  }
  const spread = Math.sqrt(ofValues * ofImages);
  const correlation = spread > 0 ? covariance / spread : 0;
  return {
    lowest,
    highest,
    mean: total / count,
    notANumber,
    correlation: compared && notANumber === undefined ? correlation : undefined,
  };
}

/** Sums of squares about the page's own means: sections differ in overall brightness. */
function centredMoments(values: Float32Array, image: Uint8Array | Uint16Array) {
  let sumV = 0;
  let sumI = 0;
  for (let at = 0; at < values.length; at++) {
    sumV += values[at]!;
    sumI += image[at]!;
  }
  const meanV = sumV / values.length;
  const meanI = sumI / values.length;
  let covariance = 0;
  let ofValues = 0;
  let ofImages = 0;
  for (let at = 0; at < values.length; at++) {
    const v = values[at]! - meanV;
    const i = image[at]! - meanI;
    covariance += v * i;
    ofValues += v * v;
    ofImages += i * i;
  }
  return { covariance, ofValues, ofImages };
}
