/** The kept store in IndexedDB, one database for all tabs of this origin. Refuses to resolve a write before it is flushed. */
import { KeepingError, type KeptMask, type KeptPlace, type KeptStore, type KeptStroke } from './keptStore.ts';

const DATABASE = 'cotrace-kept-strokes';
const VERSION = 1;
/** Key [maskId, sessionId]: KeptPlace. */
const PLACES = 'places';
/** Key [maskId, sessionId, strokeId]: KeptStroke with its mask and session. */
const STROKES = 'strokes';

/** A storage that takes longer has hung: painting must not wait for it. */
const ANSWER_WITHIN_MS = 5_000;

type StrokeRow = KeptStroke & { readonly maskId: string; readonly sessionId: string };

export function createBrowserKeptStore(): KeptStore {
  let opening: Promise<IDBDatabase> | undefined;

  const open = (): Promise<IDBDatabase> => {
    opening ??= openDatabase(() => {
      opening = undefined;
    }).catch((error: unknown) => {
      // Space may be made, or the tab with the older version closed: the next call tries again.
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const transact = async <T>(
    mode: { readonly writes: false } | { readonly writes: true; readonly durability: 'strict' | 'relaxed' },
    work: (places: IDBObjectStore, strokes: IDBObjectStore) => () => T,
  ): Promise<T> => {
    try {
      const database = await inTime(open());
      const transaction = mode.writes
        ? database.transaction([PLACES, STROKES], 'readwrite', { durability: mode.durability })
        : database.transaction([PLACES, STROKES], 'readonly');
      const answer = work(transaction.objectStore(PLACES), transaction.objectStore(STROKES));
      await inTime(
        new Promise<void>((done, failed) => {
          transaction.oncomplete = () => done();
          transaction.onabort = () => failed(transaction.error ?? new Error('aborted'));
        }),
      );
      return answer();
    } catch (error) {
      throw asKeepingError(error);
    }
  };

  return {
    // "Kept" outlives a crash of the machine; what is removed and comes back is sent once more, which changes nothing.
    write: (place, { put, remove }) =>
      transact({ writes: true, durability: put.length > 0 ? 'strict' : 'relaxed' }, (places, strokes) => {
        const { maskId, sessionId } = place;
        for (const strokeId of remove) strokes.delete([maskId, sessionId, strokeId]);
        for (const stroke of put) strokes.put({ ...stroke, maskId, sessionId } satisfies StrokeRow);
        if (put.length > 0) places.put(place);
        else {
          const left = strokes.count(allOf(place));
          left.onsuccess = () => {
            if (left.result === 0) places.delete([maskId, sessionId]);
          };
        }
        return () => undefined;
      }),
    read: (of) =>
      transact({ writes: false }, (_, strokes) => {
        const rows: IDBRequest<StrokeRow[]> = strokes.getAll(allOf(of));
        return () => rows.result.map(withoutKey);
      }),
    list: () =>
      transact({ writes: false }, (places, strokes) => {
        const all: IDBRequest<KeptPlace[]> = places.getAll();
        const rows: IDBRequest<StrokeRow[]> = strokes.getAll();
        return () =>
          all.result.map(
            (place): KeptMask => ({
              place,
              strokes: rows.result
                .filter((row) => row.maskId === place.maskId && row.sessionId === place.sessionId)
                .map(withoutKey),
            }),
          );
      }),
  };
}

const allOf = ({ maskId, sessionId }: { maskId: string; sessionId: string }) =>
  IDBKeyRange.bound([maskId, sessionId], [maskId, sessionId, []]);

const withoutKey = ({ maskId: _, sessionId: __, ...stroke }: StrokeRow): KeptStroke => stroke;

function openDatabase(onLost: () => void): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    // Absent in some private windows; reading it throws in sandboxed frames.
    if (globalThis.indexedDB === undefined) return failed(new KeepingError('KEEPING_MISSING'));
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(PLACES, { keyPath: ['maskId', 'sessionId'] });
      request.result.createObjectStore(STROKES, { keyPath: ['maskId', 'sessionId', 'strokeId'] });
    };
    request.onerror = () => failed(request.error);
    request.onblocked = () => failed(new KeepingError('KEEPING_FAILED'));
    request.onsuccess = () => {
      const database = request.result;
      // A newer page wants to change the database: this one must not be in its way.
      database.onversionchange = () => {
        database.close();
        onLost();
      };
      database.onclose = onLost;
      done(database);
    };
  });
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new KeepingError('KEEPING_FAILED')), ANSWER_WITHIN_MS);
    answer.then(done, failed).finally(() => clearTimeout(timer));
  });
}

function asKeepingError(error: unknown): KeepingError {
  if (error instanceof KeepingError) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === 'QuotaExceededError') return new KeepingError('KEEPING_FULL', error);
  if (name === 'SecurityError' || name === 'InvalidStateError')
    return new KeepingError('KEEPING_MISSING', error);
  return new KeepingError('KEEPING_FAILED', error);
}
