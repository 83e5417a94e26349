/** The U-Net: its configurations, its training step, its state as bytes. */
export { describeConfig, outputChannels, presetConfig, sizeStep, type UnetConfig } from './config.ts';
export { createUnet } from './createUnet.ts';
export { UNET_ERRORS, UnetError, type UnetErrorCode } from './errors.ts';
export { emitFrozenLogits } from './frozenLogits.ts';
export { GRAPH_VERSIONS } from './graphSession.ts';
export { type ParameterSpec, parameterCountOf, parameterSpecs } from './network.ts';
export { receptiveRadius } from './receptiveRadius.ts';
export { decodeState, encodeState, type ParameterState, STATE_VERSION, type UnetState } from './state.ts';
export type { TrainBatch, Unet, UnetOptions } from './unet.ts';
