/** What this page has one of: its editing session and the lock on it, the kept strokes, the sessions that are open. */

import { may, RemoteError } from '@cotrace/protocol';
import { api, isRemote } from '../../api/client.ts';
import { type Adopter, createAdopter, type FoundMask } from './kept/adopter.ts';
import { createBrowserKeptStore } from './kept/browserKeptStore.ts';
import type { KeptPlace, KeptStore } from './kept/keptStore.ts';
import { browserSessionLocks } from './kept/sessionLocks.ts';
import { openMaskSession } from './maskSession.ts';
import { sessionIdOfThisPage } from './sessionId.ts';
import { createSessionKeeper, type SessionKeeper } from './sessionKeeper.ts';

let store: KeptStore | undefined;
let keeper: SessionKeeper | undefined;
let adopter: { readonly of: string; readonly adopter: Adopter } | undefined;

export function keptStoreOfThisPage(): KeptStore {
  store ??= createBrowserKeptStore();
  return store;
}

/** One for the page: strokes go on being saved while one looks at another section, or at the project. */
export function keeperOfThisPage(): SessionKeeper {
  if (keeper === undefined) {
    const created = createSessionKeeper(openMaskSession);
    // Held until the page is gone: other tabs send what this one leaves behind, and not before.
    void browserSessionLocks()?.hold(sessionIdOfThisPage(), () => new Promise(() => {}));
    window.addEventListener('beforeunload', (event) => {
      if (created.wouldLose) event.preventDefault();
    });
    keeper = created;
  }
  return keeper;
}

/** Nobody is signed in: everything on this device is somebody else's, and nothing is sent. */
export const adopterOfNobody = (): Adopter => adopterOfThisPage('');

/** Sends what earlier tabs of this person left. A person who signs in instead has another one. */
export function adopterOfThisPage(userId: string): Adopter {
  if (adopter?.of === userId) return adopter.adopter;
  adopter?.adopter.stop();
  const created = createAdopter({
    store: keptStoreOfThisPage(),
    locks: browserSessionLocks(),
    userId,
    ownSessionId: sessionIdOfThisPage(),
    findMask,
    createKeeper: () => createSessionKeeper(openMaskSession),
  });
  adopter = { of: userId, adopter: created };
  return created;
}

export const webSocketOrigin = (): string => window.location.origin.replace(/^http/, 'ws');

async function findMask(place: KeptPlace): Promise<FoundMask> {
  const gone = { refusal: { code: 'NOT_FOUND', message: 'The mask is gone.' } };
  try {
    const params = { projectId: place.projectId };
    const [project, sections] = await Promise.all([
      api.call('getProject', { params }),
      api.call('listSections', { params }),
    ]);
    const section = sections.find(({ id }) => id === place.sectionId);
    const task = project.tasks.find(({ id }) => id === place.taskId);
    const mask = section?.masks.find(({ id }) => id === place.maskId);
    if (section === undefined || task === undefined || mask === undefined) return gone;
    if (!may(project.myRole, 'mask.paint'))
      return { refusal: { code: 'FORBIDDEN', message: 'Your role no longer lets you paint here.' } };
    return {
      mask: {
        origin: webSocketOrigin(),
        place: { ...place, epoch: mask.epoch, width: section.width, height: section.height },
        labels: new Set(task.labels.map(({ value }) => value)),
        store: keptStoreOfThisPage(),
      },
    };
  } catch (error) {
    if (isRemote(error, 'NOT_FOUND', 'FORBIDDEN')) return gone;
    if (error instanceof RemoteError) return { later: true };
    throw error;
  }
}
