/** Is there anything to train on? Looks at committed labels of the sections that train. */
import { ProtocolError } from '@cotrace/protocol';
import type { Rooms } from '../rooms/rooms.ts';
import type { JobStore } from './jobStore.ts';

/** @throws ProtocolError NO_LABELS, ONE_CLASS_ONLY. Stops at the second label that it finds. */
export async function checkLabels(
  taskId: string,
  { store, rooms }: { store: JobStore; rooms: Pick<Rooms, 'labels'> },
): Promise<void> {
  const painted = (await store.sections(taskId))
    .filter(({ heldOut, labelledPixels, maskId }) => !heldOut && labelledPixels > 0 && maskId)
    .sort((a, b) => b.labelledPixels - a.labelledPixels);
  let found = 0;
  for (const { maskId } of painted) {
    const { values } = await rooms.labels(maskId!);
    for (const value of values) {
      if (value === 0 || value === found) continue;
      if (found !== 0) return;
      found = value;
    }
  }
  if (found === 0) {
    throw new ProtocolError('NO_LABELS', 'Sections that are held out do not count: they judge models.');
  }
  const { labels } = (await store.task(taskId))!;
  const name = labels.find(({ value }) => value === found)?.name ?? found;
  throw new ProtocolError('ONE_CLASS_ONLY', `So far there is only ${name}.`);
}
