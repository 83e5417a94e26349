/**
 * The named errors of image files: code, HTTP status and a sentence that says what was expected, what came and
 * what to do. Refuses anything that has no entry in the table.
 */

const entry = <Fields>(status: number, sentence: (fields: Fields) => string) => ({ status, sentence });

type Named = { name: string };
type Size = { width: number; height: number };

/** Every error this package throws. `status` is the HTTP status a server answers with. */
export const IMAGE_ERRORS = {
  IMAGE_EMPTY: entry<Named>(
    422,
    ({ name }) =>
      `Expected an image file, but ${name} holds no bytes. Check that the copy or upload finished and send it again.`,
  ),
  IMAGE_UNKNOWN_FORMAT: entry<Named & { firstBytes: string }>(
    422,
    ({ name, firstBytes }) =>
      `Expected a PNG, JPEG or TIFF file, but ${name} begins with the bytes ${firstBytes}. Save it as 8- or 16-bit greyscale PNG or TIFF.`,
  ),
  IMAGE_TRUNCATED: entry<Named & { missing: string }>(
    422,
    ({ name, missing }) =>
      `Expected a whole file, but ${name} ends early: ${missing}. Copy or export it again.`,
  ),
  IMAGE_CORRUPT: entry<Named & { found: string }>(
    422,
    ({ name, found }) =>
      `Expected well-formed image data, but in ${name} ${found}. Export it again from the program that wrote it.`,
  ),
  IMAGE_TOO_LARGE: entry<Named & { came: string; limit: string }>(
    413,
    ({ name, came, limit }) =>
      `Expected ${limit}, but ${name} declares ${came}; it was not read in. Crop it or cut it into smaller sections.`,
  ),
  IMAGE_TOO_DEEP: entry<Named & { came: string }>(
    422,
    ({ name, came }) =>
      `Expected 8- or 16-bit greyscale, but ${name} holds ${came}. Convert it to 8 or 16 bit (in Fiji: Image > Type > 8-bit).`,
  ),
  IMAGE_HAS_ALPHA: entry<Named & { came: string }>(
    422,
    ({ name, came }) =>
      `Expected greyscale without transparency, but ${name} holds ${came}. Flatten it and save it as greyscale.`,
  ),
  IMAGE_UNSUPPORTED: entry<Named & { came: string; expected: string }>(
    422,
    ({ name, came, expected }) =>
      `Expected ${expected}, but ${name} uses ${came}. Save it as a plain greyscale PNG or an uncompressed TIFF.`,
  ),
  PAGES_DIFFER: entry<Named & { page: number; first: Size; other: Size }>(
    422,
    ({ name, page, first, other }) =>
      `Expected pages of one size, but in ${name} page 1 is ${first.width} × ${first.height} and page ${page} is ${other.width} × ${other.height}. Crop or pad them to one size, or import them as separate files.`,
  ),
  FLOAT_EXPECTED: entry<Named & { came: string }>(
    422,
    ({ name, came }) =>
      `Expected a 32-bit float TIFF, but ${name} holds ${came}. Convert it to 32 bit with values from 0 (membrane) to 1.`,
  ),
  SAMPLES_EXPECTED: entry<Named & { came: number }>(
    422,
    ({ name, came }) =>
      `Expected one sample a pixel, but ${name} holds ${came}. Save the probabilities alone, as greyscale.`,
  ),
  PAGE_COUNT_DIFFERS: entry<Named & { pages: number; sections: number }>(
    422,
    ({ name, pages, sections }) =>
      `Expected one page for each of the ${sections} sections, but ${name} holds ${pages}. Predict exactly these sections, in their order.`,
  ),
  PAGE_SIZE_DIFFERS: entry<Named & { page: number; image: Size; came: Size }>(
    422,
    ({ name, page, image, came }) =>
      `Expected pages of the sections' size, but page ${page} of ${name} is ${came.width} × ${came.height} and its section ${image.width} × ${image.height}. Write the prediction at the section's own size.`,
  ),
  VALUE_NOT_A_NUMBER: entry<Named & { page: number; x: number; y: number }>(
    422,
    ({ name, page, x, y }) =>
      `Expected numbers only, but ${name} holds NaN, first on page ${page} at ${x}, ${y}. Predict again with a model whose loss is finite.`,
  ),
  VALUE_OUT_OF_RANGE: entry<Named & { lowest: number; highest: number }>(
    422,
    ({ name, lowest, highest }) =>
      `Expected values from 0 to 1, but those of ${name} reach from ${lowest} to ${highest}. Scale them to 0…1 (8-bit values: divide by 255).`,
  ),
  POLARITY_INVERTED: entry<Named & { correlation: string }>(
    422,
    ({ name, correlation }) =>
      `Expected low values on membranes, which are dark, but in ${name} dark pixels have the high ones (correlation ${correlation}). Write 1 − value instead.`,
  ),
  PIXELS_DO_NOT_FIT: entry<{ expected: number; came: number } & Size>(
    500,
    ({ expected, came, width, height }) =>
      `Expected ${expected} samples for ${width} × ${height} pixels, but ${came} came. Pass the array that belongs to this size.`,
  ),
  ARRAY_DOES_NOT_FIT: entry<{ shape: readonly number[]; came: number }>(
    500,
    ({ shape, came }) =>
      `Expected ${shape.reduce((product, side) => product * side, 1)} values for an array of (${shape.join(', ')}), but ${came} came. Pass the array that belongs to this shape.`,
  ),
  FOLDER_EMPTY: entry<{ folder: string }>(
    422,
    ({ folder }) =>
      `Expected numbered images such as image/0.png, but ${folder} holds none. Put the sections there as 0.png, 1.png and so on.`,
  ),
  NAME_NOT_NUMBERED: entry<Named>(
    422,
    ({ name }) =>
      `Expected a number as file name, such as 0.png, but ${name} came. Rename it, or take it out of the folder.`,
  ),
  NUMBER_TWICE: entry<{ number: number; names: string[] }>(
    422,
    ({ number, names }) =>
      `Expected one file a number, but ${names.join(' and ')} both have number ${number}. Keep one of them.`,
  ),
  LABEL_MISSING: entry<{ numbers: number[] }>(
    422,
    ({ numbers }) =>
      `Expected a label for every image, but label/ lacks ${listed(numbers)}. Add ${numbers.length === 1 ? 'it' : 'them'}, or take the image${numbers.length === 1 ? '' : 's'} of that number out.`,
  ),
  LABEL_EXTRA: entry<{ numbers: number[] }>(
    422,
    ({ numbers }) =>
      `Expected labels only for the images given, but label/ also holds ${listed(numbers)}. Take ${numbers.length === 1 ? 'it' : 'them'} out, or add the image${numbers.length === 1 ? '' : 's'} of that number.`,
  ),
  LABEL_SIZE_DIFFERS: entry<Named & { image: Size; label: Size }>(
    422,
    ({ name, image, label }) =>
      `Expected a label of its image's size, ${image.width} × ${image.height}, but ${name} is ${label.width} × ${label.height}. Export the label at the image's own size.`,
  ),
  LABEL_VALUE_UNKNOWN: entry<
    Named & { came: number[]; expected: number[]; firstValue: number; x: number; y: number }
  >(
    422,
    ({ name, came, expected, firstValue, x, y }) =>
      `Expected only the grey values ${listed(expected)}, but ${name} also holds ${listed(came)} (first ${firstValue}, at ${x}, ${y}). Add them to the label table, or save the mask without smoothing or JPEG compression.`,
  ),
} as const;

export type ImageErrorCode = keyof typeof IMAGE_ERRORS;
type FieldsOf<C extends ImageErrorCode> = Parameters<(typeof IMAGE_ERRORS)[C]['sentence']>[0];

/** An error of the table above; `message` begins with its code. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  readonly status: number;

  constructor(code: ImageErrorCode, status: number, sentence: string) {
    super(`${code}: ${sentence}`);
    this.code = code;
    this.status = status;
  }
}

/** Builds the error of `code` with its sentence; the caller throws it. */
export function imageError<C extends ImageErrorCode>(code: C, fields: FieldsOf<C>): ImageError {
  const { status, sentence } = IMAGE_ERRORS[code] as {
    status: number;
    sentence: (fields: FieldsOf<C>) => string;
  };
  return new ImageError(code, status, sentence(fields));
}

// A label with noise can hold all 256 values: the first ten say enough.
function listed(values: number[]): string {
  const shown = values.slice(0, 10).join(', ');
  return values.length > 10 ? `${shown} and ${values.length - 10} more` : shown;
}
