/** The error table of training: one code, one sentence that says what was expected and what to do. */
export const TRAINING_ERRORS = {
  NO_LABELS: {
    message:
      'Painted pixels were expected, but none of the training sections has any. Paint some strokes first.',
  },
  ONE_CLASS_ONLY: {
    message:
      'At least two labels were expected in the painted pixels, but all have one. Paint another label, too.',
  },
  RECIPE_INVALID: {
    message: 'A recipe that can be followed was expected. Correct the value named below.',
  },
  LABEL_TABLE_INVALID: {
    message:
      'Two to 254 labels with different values (1 to 255) and different greys were expected. Correct the table.',
  },
  SECTION_INVALID: {
    message: 'A section whose pixels and labels fit its width and height was expected. Read it in again.',
  },
  CANCELLED: { message: 'The run was expected to reach its end, but it was cancelled. Start it again.' },
  LOSS_NOT_FINITE: {
    message:
      'A finite loss was expected, but it was not from the start. Lower the learning rate or look for broken sections.',
  },
  CHECKPOINT_MISMATCH: {
    message:
      'A checkpoint of the same labels, recipe and seed was expected. Resume with the options that it was started with.',
  },
  CHECKPOINT_NOT_FOUND: {
    message: 'A folder with a checkpoint was expected. Start the run without resuming.',
  },
  MODEL_NOT_FOUND: {
    message: 'A folder with model.json and weights.bin was expected. Name a folder that `train` wrote.',
  },
  MODEL_VERSION: {
    message:
      'A model of the version that this program reads was expected. Train it again, or use the program that wrote it.',
  },
  MODEL_CORRUPT: {
    message: 'A complete model was expected, but its bytes do not decode. Fetch or train it again.',
  },
  MODEL_ARCHITECTURE: {
    message:
      'Weights of the same architecture and the same number of labels were expected. Start from new weights.',
  },
  KERAS_FILE: {
    message:
      'Weights that Keras wrote as .hdf5, .h5 or .weights.h5 were expected. Save them again with model.save_weights.',
  },
  KERAS_ARCHITECTURE: {
    message:
      'Weights of the U-Net of the course were expected. Name a file of that network, of any width and depth.',
  },
  KERAS_LABELS: {
    message:
      'As many labels as the Keras weights have classes were expected. Name them in the order of their greys.',
  },
  SECTION_RANGE: {
    message: 'Section numbers such as 0-14 or 0-14,17 were expected. Correct the range.',
  },
  FOLDER_EMPTY: {
    message: 'A folder with PNG, JPEG or TIFF images was expected, but there are none. Name another.',
  },
  FILE_NAME_WITHOUT_NUMBER: {
    message: 'A section number in every file name was expected, as in 0.png. Rename the file.',
  },
  NUMBER_TWICE: {
    message: 'One image for each section number was expected. Rename or remove one of the two.',
  },
  FOLDER_NOT_FOUND: { message: 'A folder that can be read was expected. Check its path.' },
  SECTION_MISSING: {
    message: 'An image for every chosen section number was expected. Add it, or leave the number out.',
  },
  STACK_NOT_SPLIT: {
    message: 'One page in each file of image/ and label/ was expected. Save each page as a file of its own.',
  },
  LABEL_SIZE_DIFFERS: {
    message: 'A label of the same size as its image was expected. Export the label again.',
  },
  LABEL_VALUE_UNKNOWN: {
    message:
      'Label values of the table were expected, or 0 for unknown. Correct the label, or add the value to the table.',
  },
} as const satisfies Record<string, { message: string }>;

export type TrainingErrorCode = keyof typeof TRAINING_ERRORS;

/** Thrown for every refusal of this package; `detail` says what came. */
export class TrainingError extends Error {
  readonly code: TrainingErrorCode;

  constructor(code: TrainingErrorCode, detail?: string, cause?: unknown) {
    super(
      `${code}: ${TRAINING_ERRORS[code].message}${detail === undefined ? '' : ` (Got: ${detail}.)`}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'TrainingError';
    this.code = code;
  }
}

/** Throws CANCELLED once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TrainingError('CANCELLED');
}
