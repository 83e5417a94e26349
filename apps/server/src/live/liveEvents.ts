/** What the rest of the server pushes to open pages. Knows no socket. */
import type { ServerToClientEvents } from '@cotrace/protocol';

export interface LiveEvents {
  /** To everybody who has joined the project. Never throws, never waits. */
  emit<E extends keyof ServerToClientEvents>(
    projectId: string,
    event: E,
    ...payload: Parameters<ServerToClientEvents[E]>
  ): void;
}
