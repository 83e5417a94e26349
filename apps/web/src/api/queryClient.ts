/** The cache of server answers: what is fresh, what is tried again, and what happens when nobody is signed in. */
import { RemoteError } from '@cotrace/protocol';
import { notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isRemote, sentenceOf } from './client.ts';

/** Live events invalidate what changed, so that answers are fresh until told otherwise; the minute is for lost events. */
const FRESH_MS = 60_000;
const TRIES = 2;

/** An answer with a 4xx status is the same the second time; silence and 5xx may pass. */
export function worthAnotherTry(failures: number, error: unknown): boolean {
  if (failures >= TRIES) return false;
  return !(error instanceof RemoteError) || error.status === 0 || error.status >= 500;
}

export function createQueryClient(options: { onNotSignedIn: () => void }): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isRemote(error, 'NOT_SIGNED_IN')) options.onNotSignedIn();
      },
    }),
    mutationCache: new MutationCache({
      // A mutation whose own page shows the sentence says so with `meta: { shown: true }`.
      onError: (error, _variables, _context, mutation) => {
        if (isRemote(error, 'NOT_SIGNED_IN')) options.onNotSignedIn();
        else if (!mutation.meta?.shown)
          notifications.show({ color: 'red', title: 'That did not work', message: sentenceOf(error) });
      },
    }),
    defaultOptions: {
      queries: { staleTime: FRESH_MS, retry: worthAnotherTry, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}
