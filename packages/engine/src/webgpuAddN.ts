/**
 * The sum of many tensors on WebGPU: tfjs binds all of them to one program, and an adapter need not take more than
 * eight. Here they are added two at a time.
 */
import type * as tfjs from '@tensorflow/tfjs';

/** Replace the kernel `AddN` of the backend `webgpu`. */
export function registerWebgpuAddN(tf: typeof tfjs): void {
  tf.unregisterKernel('AddN', 'webgpu');
  tf.registerKernel({
    kernelName: 'AddN',
    backendName: 'webgpu',
    kernelFunc: ({ inputs, backend: given }) => {
      const backend = given as tfjs.KernelBackend;
      const add = tf.getKernel('Add', 'webgpu').kernelFunc;
      const [first, ...rest] = inputs as unknown as tfjs.TensorInfo[];
      let sum = first!;
      for (const term of rest) {
        const next = add({ inputs: { a: sum, b: term }, backend, attrs: {} }) as tfjs.TensorInfo;
        if (sum !== first) backend.disposeData(sum.dataId);
        sum = next;
      }
      return sum;
    },
  });
}
