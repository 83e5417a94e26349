/** Finds, loads and names the tensor engine; knows what fits into memory. Knows no model. */
export { type Card, describeCard } from './cards.ts';
export { type Engine, type EngineName, loadEngine, type WantedEngine } from './engine.ts';
export { ENGINE_ERRORS, EngineError, type EngineErrorCode } from './errors.ts';
export { checkTrainingMemory, memoryErrorOf, trainingBytes, usableMemoryBytes } from './memory.ts';
