/** The memory store keeps the contract of fold stores. */
import { createMemoryRoomStore } from '../testing/memoryRoomStore.ts';
import { foldStoreContract } from './testing/foldStoreContract.ts';

let count = 0;
foldStoreContract('memory', async () => {
  const store = createMemoryRoomStore();
  return { store, addMask: async () => store.addMask({ maskId: `mask-${count++}` }).maskId };
});
