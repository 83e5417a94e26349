/** Routes of masks: their pixels now and then, who painted them, and named moments to come back to. */
import { randomBytes } from 'node:crypto';
import { runsOfLabel } from '@cotrace/mask';
import { ProtocolError, type RestorePoint } from '@cotrace/protocol';
import { Bytes, type Handlers } from '../http/handlers.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { encodeGrey } from '../sections/pixels.ts';
import type { HistoryStore, Moment, RestorePointRow } from '../store/historyStore.ts';
import type { MaskHistory } from './maskHistory.ts';

export function createMaskHandlers({
  store,
  history,
  rooms,
}: {
  store: HistoryStore;
  history: Pick<MaskHistory, 'labelsAt' | 'strokesAt'>;
  rooms: Pick<Rooms, 'labels' | 'paintAreas'>;
}): Handlers<
  | 'maskLabels'
  | 'pixelHistory'
  | 'listRestorePoints'
  | 'createRestorePoint'
  | 'deleteRestorePoint'
  | 'restoreMask'
> {
  const now = async (maskId: string): Promise<Moment> => {
    const moment = await store.now(maskId);
    if (moment === undefined) throw new ProtocolError('NOT_FOUND');
    return moment;
  };

  /** Undefined: now. */
  const momentOf = async (
    maskId: string,
    { at, point }: { at?: string | undefined; point?: string | undefined },
  ): Promise<(Moment & { name: string }) | undefined> => {
    if (at !== undefined && point !== undefined) {
      throw new ProtocolError('BAD_REQUEST', 'Expected either `at` or `point`, got both.');
    }
    if (at !== undefined) return { ...(await store.momentAt(maskId, new Date(at))), name: at };
    if (point === undefined) return undefined;
    const found = await store.point(maskId, point);
    if (found === undefined) throw new ProtocolError('NOT_FOUND', `No restore point ${point}.`);
    return found;
  };

  const createPoint = async (maskId: string, name: string, userId: string): Promise<RestorePoint> => {
    const row = await store.createPoint({ maskId, name, userId, ...(await now(maskId)) });
    if (row === undefined) throw new ProtocolError('NOT_FOUND');
    return shown(row);
  };

  /** A past one is had from the log: the mask as it is now need not be loaded for it. */
  const picture = async (maskId: string, moment: Moment | undefined) => {
    if (moment === undefined) {
      const { values, ...size } = await rooms.labels(maskId);
      return { ...size, data: values };
    }
    const size = await store.sizeOf(maskId);
    if (size === undefined) throw new ProtocolError('NOT_FOUND');
    return { ...size, data: await history.labelsAt(maskId, size, moment) };
  };

  return {
    async maskLabels({ params: { maskId }, query }) {
      const { width, height, data } = await picture(maskId, await momentOf(maskId, query));
      return new Bytes(await encodeGrey({ width, height, data }), { type: 'image/png' });
    },

    async pixelHistory({ params: { maskId, x: column, y: row } }) {
      const { width, height, values } = await rooms.labels(maskId);
      const [x, y] = [coordinate(column, width, 'x'), coordinate(row, height, 'y')];
      const [strokes, authors] = await Promise.all([
        history.strokesAt(maskId, { width, height }, await now(maskId), { x, y }),
        store.authors(maskId),
      ]);
      const top = strokes.findIndex(({ isLive }) => isLive);
      return {
        label: values[y * width + x]!,
        strokes: strokes.map(({ sessionId, strokeId, label, writtenAt, undoneAt }, place) => ({
          sessionId,
          strokeId,
          label,
          ...(authors.get(sessionId) ?? { userId: null, name: 'somebody who has left' }),
          paintedAt: writtenAt!.toISOString(),
          undoneAt: undoneAt?.toISOString() ?? null,
          shows: place === top,
        })),
      };
    },

    listRestorePoints: async ({ params }) => (await store.points(params.maskId)).map(shown),

    createRestorePoint: ({ params, body, actor }) => createPoint(params.maskId, body.name, actor.userId),

    async deleteRestorePoint({ params: { maskId, pointId } }) {
      if (!(await store.deletePoint(maskId, pointId))) throw new ProtocolError('NOT_FOUND');
      return undefined;
    },

    async restoreMask({ params: { maskId }, body, actor }) {
      const moment = (await momentOf(maskId, body))!;
      const before = await createPoint(maskId, `Before restoring ${moment.name}`.slice(0, 120), actor.userId);
      const { width, height, values } = await rooms.labels(maskId);
      const past = await history.labelsAt(maskId, { width, height }, moment);
      const { changedPixels, areas } = wayBack(values, past, width, height);
      const sessionId = `restore-${randomBytes(9).toString('base64url')}`;
      await rooms.paintAreas(maskId, { sessionId, userId: actor.userId, countsAsNew: false }, areas);
      return { changedPixels, before };
    },
  };
}

/** What has to be painted over `now` to see `past` again, a set of pixels for each label. */
function wayBack(now: Uint8Array, past: Uint8Array, width: number, height: number) {
  let changedPixels = 0;
  const painted = new Uint8Array(now.length);
  const erased = new Uint8Array(now.length);
  const present = new Set<number>();
  for (let i = 0; i < now.length; i++) {
    const label = past[i]!;
    if (label === now[i]) continue;
    changedPixels++;
    if (label === 0) erased[i] = 1;
    else painted[i] = label;
    present.add(label);
  }
  const areas = [...present].map((label) => ({
    label,
    runs: label === 0 ? runsOfLabel(erased, width, height, 1) : runsOfLabel(painted, width, height, label),
  }));
  return { changedPixels, areas };
}

function coordinate(text: string, length: number, axis: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value < length)) {
    throw new ProtocolError('BAD_REQUEST', `Expected ${axis} from 0 to ${length - 1}, got ${text}.`);
  }
  return value;
}

const shown = ({ id, maskId, name, createdAt, by }: RestorePointRow): RestorePoint => ({
  id,
  maskId,
  name,
  at: createdAt.toISOString(),
  by,
});
