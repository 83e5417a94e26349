/** The fake that the rooms' tests use keeps the same promises as the real store. */
import { createMemoryRoomStore } from './testing/memoryRoomStore.ts';
import { roomStoreContract } from './testing/roomStoreContract.ts';

roomStoreContract('in memory', async () => {
  const store = createMemoryRoomStore();
  let count = 0;
  return {
    store,
    addMask: async () => store.addMask({ maskId: `mask-${count++}` }).maskId,
    addUser: async () => `user-${count++}`,
    endEpoch: async (maskId) => store.changeMask(maskId, { epoch: 1 }),
    labelledPixels: async (maskId) => store.labelledPixels(maskId),
    [Symbol.asyncDispose]: async () => {},
  };
});
