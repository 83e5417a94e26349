/**
 * The one kernel that training needs and tfjs' WebAssembly backend lacks: the gradient of a convolution with respect
 * to its filter, as one matrix product for each place of the filter.
 */
import type * as tfjs from '@tensorflow/tfjs';

interface FilterGradientAttributes {
  filterShape: [number, number, number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
}

/** Register `Conv2DBackpropFilter` for the backend `wasm`. Stride 1, dilation 1, NHWC. */
export function registerWasmFilterGradient(tf: typeof tfjs): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { filterShape, pad } = attrs as unknown as FilterGradientAttributes;
      const [filterHeight, filterWidth, inChannels, outChannels] = filterShape;
      /** The tensor behind an input, disposed of with the others below: the data stay, they are the caller's. */
      const tensorOf = (input: unknown) => {
        const info = input as tfjs.TensorInfo;
        tf.backend().incRef(info.dataId);
        return tf.engine().makeTensorFromTensorInfo(info) as tfjs.Tensor4D;
      };
      return tf.tidy(() => {
        const x = tensorOf(inputs.x); // [n, h, w, in]
        const dy = tensorOf(inputs.dy); // [n, oh, ow, out]
        const [n, height, width] = x.shape;
        const [, outHeight, outWidth] = dy.shape;
        // 'same' puts the odd pixel at the end, as TensorFlow does.
        const total = (out: number, filter: number, size: number) =>
          pad === 'same' ? Math.max(out - 1 + filter - size, 0) : typeof pad === 'number' ? 2 * pad : 0;
        const rows = total(outHeight, filterHeight, height);
        const columns = total(outWidth, filterWidth, width);
        const padded = tf.pad4d(x, [
          [0, 0],
          [Math.floor(rows / 2), Math.ceil(rows / 2)],
          [Math.floor(columns / 2), Math.ceil(columns / 2)],
          [0, 0],
        ]);
        const gradient = tf.reshape(dy, [n * outHeight * outWidth, outChannels]);
        const places: tfjs.Tensor2D[] = [];
        for (let row = 0; row < filterHeight; row++) {
          for (let column = 0; column < filterWidth; column++) {
            const window = tf.slice4d(padded, [0, row, column, 0], [n, outHeight, outWidth, inChannels]);
            const flat = tf.reshape(window, [n * outHeight * outWidth, inChannels]);
            places.push(tf.matMul(flat, gradient as tfjs.Tensor2D, true) as tfjs.Tensor2D); // [in, out]
          }
        }
        return tf.reshape(tf.stack(places), filterShape);
      });
    },
  });
}
