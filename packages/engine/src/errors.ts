/** Errors of the tensor engine: code and sentence. */
export const ENGINE_ERRORS = {
  ENGINE_UNAVAILABLE: 'The tensor engine that was asked for cannot run here.',
  WEBGPU_NO_ADAPTER:
    'A graphics card with a Vulkan 1.1 driver was expected. Install its driver (Debian, Ubuntu: mesa-vulkan-drivers, or that of NVIDIA), or use the engine "auto".',
  GPU_UNUSABLE: 'A graphics card that TensorFlow can use was expected.',
  MEMORY_TOO_SMALL: 'A training step that fits into the memory of this machine was expected.',
} as const;

export type EngineErrorCode = keyof typeof ENGINE_ERRORS;

/** `detail` says what was expected, what came and what to do. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  constructor(code: EngineErrorCode, detail: string, cause?: unknown) {
    super(`${ENGINE_ERRORS[code]} ${detail}`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
