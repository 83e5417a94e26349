/**
 * Where many people are at once: in a small project a movement is told at once, in a crowd those of a moment are told together,
 * each with its latest place. Otherwise every movement costs one message a person, and 200 pointers are 800,000 a second.
 * Knows no socket.
 */
import type { Presence } from '@cotrace/protocol';

/** Up to so many people are told of each movement by itself. */
const PEOPLE_AT_ONCE = 8;
/** Milliseconds that movements are collected, for each person in the project and at the most. */
const WINDOW_MS_A_PERSON = 2;
const LONGEST_WINDOW_MS = 500;

export interface Crowd {
  /** Somebody moved in a project of so many people; false: nobody will be told of it here, tell it at once. */
  moved(projectId: string, presence: Presence, people: number): boolean;
  /** Somebody is gone: no later word of them. */
  left(projectId: string, who: { userId: string; sessionId: string }): void;
  close(): void;
}

export function createCrowd(tell: (projectId: string, presences: Presence[]) => void): Crowd {
  const waiting = new Map<string, { moves: Map<string, Presence>; timer: NodeJS.Timeout }>();
  const keyOf = ({ userId, sessionId }: { userId: string; sessionId: string }) =>
    JSON.stringify([userId, sessionId]);
  const flush = (projectId: string) => {
    const moves = waiting.get(projectId)!.moves;
    waiting.delete(projectId);
    if (moves.size > 0) tell(projectId, [...moves.values()]);
  };
  return {
    moved(projectId, presence, people) {
      let window = waiting.get(projectId);
      if (window === undefined) {
        if (people <= PEOPLE_AT_ONCE) return false;
        const ms = Math.min(LONGEST_WINDOW_MS, people * WINDOW_MS_A_PERSON);
        window = { moves: new Map(), timer: setTimeout(() => flush(projectId), ms) };
        waiting.set(projectId, window);
      }
      window.moves.set(keyOf(presence), presence);
      return true;
    },
    left(projectId, who) {
      waiting.get(projectId)?.moves.delete(keyOf(who));
    },
    close() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
