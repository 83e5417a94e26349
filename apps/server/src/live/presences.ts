/** Who is where in each project: the last word of every editing session. Knows no socket; believes nobody's name but its own. */
import type { Presence, PresenceUpdate } from '@cotrace/protocol';
import { z } from 'zod';

const id = z.string().max(64).nullable();
const coordinate = z.number().finite().nullable();
/** Sides above nothing: whoever follows divides by them. */
const side = z.number().positive().max(1e7);
const seenBox = z.object({ x: z.number().finite(), y: z.number().finite(), width: side, height: side });

/** What a page may say of itself; everything else is the server's to fill in. */
export const presenceUpdate: z.ZodType<PresenceUpdate> = z.object({
  sessionId: z.string().min(1).max(64),
  sectionId: id,
  taskId: id,
  x: coordinate,
  y: coordinate,
  view: seenBox.nullable().optional(),
});

export interface Presences {
  /** Keyed by person and session: two tabs of one person are two presences. */
  put(projectId: string, presence: Presence): void;
  remove(projectId: string, who: { userId: string; sessionId: string }): void;
  of(projectId: string): Presence[];
}

export function createPresences(): Presences {
  const projects = new Map<string, Map<string, Presence>>();
  const keyOf = ({ userId, sessionId }: { userId: string; sessionId: string }) =>
    JSON.stringify([userId, sessionId]);
  return {
    put(projectId, presence) {
      const inProject = projects.get(projectId) ?? new Map<string, Presence>();
      projects.set(projectId, inProject);
      inProject.set(keyOf(presence), presence);
    },
    remove(projectId, who) {
      const inProject = projects.get(projectId);
      inProject?.delete(keyOf(who));
      if (inProject?.size === 0) projects.delete(projectId);
    },
    of: (projectId) => [...(projects.get(projectId)?.values() ?? [])],
  };
}
