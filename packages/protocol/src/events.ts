/** socket.io events: what is pushed to open pages. The cookie of the page (or `auth.token`) signs in. Knows no socket. */
import type { JobState } from './jobs.ts';
import type { Progress } from './model.ts';

/** What somebody has on the screen, in image pixels; it may reach beyond the image. */
export interface SeenBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A pointer in image pixels; `sectionId` and `taskId` say where that person is. */
export interface Presence {
  userId: string;
  /** Editing session, the same as in the mask room: two tabs of one person are two presences. */
  sessionId: string;
  name: string;
  color: string;
  sectionId: string | null;
  taskId: string | null;
  x: number | null;
  y: number | null;
  /** For those who follow; missing where a page does not tell. */
  view?: SeenBox | null | undefined;
}

/** Fields of a presence that its owner sends; the server fills in who it is. */
export type PresenceUpdate = Pick<Presence, 'sessionId' | 'sectionId' | 'taskId' | 'x' | 'y' | 'view'>;

export interface ServerToClientEvents {
  /** Somebody in this project moved; sent volatile, dropped under pressure. */
  presence: (presence: Presence) => void;
  /** The same for several at once, one's own among them, where many people move; sent volatile. */
  moved: (presences: Presence[]) => void;
  presenceLeft: (who: { userId: string; sessionId: string }) => void;
  /** All presences, once after `join`. */
  presences: (all: Presence[]) => void;
  /** The state or the progress of a task's job. */
  job: (job: {
    id: string;
    taskId: string;
    state: JobState;
    progress: Progress | null;
    error: string | null;
  }) => void;
  /** A model finished: `live` says whether it passed the gate. */
  model: (model: { id: string; taskId: string; live: boolean; verdict: string }) => void;
  /** A new map of the live model is there for this section (null: for every section of the task): fetch it again. */
  maps: (maps: { taskId: string; modelId: string; sectionId: string | null }) => void;
  /** Somebody was led to an uncertain place: ask for the visits again. */
  visits: (visits: { taskId: string }) => void;
  /** Counts of labelled pixels changed. */
  labels: (counts: {
    taskId: string;
    sectionId: string;
    labelledPixels: number;
    newPixels: number;
    threshold: number;
  }) => void;
  /** Trainers came or went. */
  trainers: (trainers: { id: string; name: string; engine: string; busy: boolean }[]) => void;
  /** Sections, people, policy or exports changed: refetch. */
  changed: (what: { kind: 'sections' | 'people' | 'project' | 'models' | 'exports' }) => void;
}

export interface ClientToServerEvents {
  /** Follow one project; answers an error code or null. */
  join: (projectId: string, answer: (error: { code: string; message: string } | null) => void) => void;
  leave: (projectId: string) => void;
  presence: (presence: PresenceUpdate) => void;
}
