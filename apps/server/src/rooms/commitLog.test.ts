import { ProtocolError } from '@cotrace/protocol';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createCommitLog, type LogWriter } from './commitLog.ts';
import { ROOM_LIMITS } from './roomLimits.ts';
import { createMemoryRoomStore } from './testing/memoryRoomStore.ts';

const limits = { ...ROOM_LIMITS, groupCommitMs: 1, firstRetryMs: 1 };
const write = (value: number) => ({ sessionId: 'session-anna', bytes: Uint8Array.of(value), painted: 0 });

function opened() {
  const memory = createMemoryRoomStore();
  const row = memory.addMask({ maskId: 'mask' });
  const writer: LogWriter = { row, labelledPixels: 0, appended: () => {} };
  const answers: (ProtocolError | undefined)[] = [];
  const store: Pick<typeof memory, 'append'> = {
    async append(entries, counts) {
      const error = answers.shift();
      if (error !== undefined) throw error;
      return memory.append(entries, counts);
    },
  };
  const commits = createCommitLog({ store, log: createLog(() => {}), limits, onCommitted: () => {} });
  const kept = async () => (await memory.loadSince('mask', 0, 0)).map(({ bytes }) => bytes[0]);
  return { commits, writer, answers, kept, other: memory.addMask({ maskId: 'other' }) };
}

it('keeps nothing that follows what was refused for good: the log has no holes', async () => {
  const { commits, writer, answers, kept, other } = opened();
  answers.push(new ProtocolError('INTERNAL'));
  const first = commits.append(writer, write(1));
  await expect(first).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(commits.append(writer, write(2))).rejects.toMatchObject({ code: 'INTERNAL' });
  await commits.append({ ...writer, row: other }, write(3));
  // The room that is loaded anew from the log begins where the log ends.
  await commits.append({ ...writer }, write(4));
  expect(await kept()).toEqual([4]);
});

it('does not go on behind what closing has given up', async () => {
  const { commits, writer, answers, kept } = opened();
  answers.push(new ProtocolError('DATABASE_UNAVAILABLE'));
  const first = commits.append(writer, write(1));
  const closing = commits.close();
  const second = commits.append(writer, write(2));
  const outcomes = await Promise.allSettled([first, second]);
  await closing;
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await kept()).toEqual([]);
});
