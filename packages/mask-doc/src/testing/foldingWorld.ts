/** Pages, one server and its store, over channels that keep order but lag and break; deterministic by its steps. No clock, no socket. */
import { WorldPage } from './worldPage.ts';
import { WorldServer } from './worldServer.ts';

export class World {
  readonly server: WorldServer;
  readonly pages: WorldPage[];
  private readonly clientIds = new Map<string, Set<number>>();
  private clients = 1000;

  constructor(sessions: readonly string[]) {
    this.server = new WorldServer(this);
    this.pages = sessions.map((sessionId) => new WorldPage(sessionId, this));
    for (const page of this.pages) page.connect();
  }

  nextClientId(sessionId: string): number {
    const ids = this.clientIds.get(sessionId) ?? new Set();
    this.clientIds.set(sessionId, ids.add(++this.clients));
    return this.clients;
  }

  clientIdsOf(sessionId: string): ReadonlySet<number> {
    return this.clientIds.get(sessionId)!;
  }

  crash(): void {
    for (const page of this.pages) page.disconnect();
    this.server.load();
  }

  /** Everybody comes back, and whatever is on its way arrives. */
  settle(): void {
    this.server.commit({ dies: false });
    for (const page of this.pages) if (!page.isConnected || page.epoch !== this.server.epoch) page.connect();
    for (let moving = true; moving; ) {
      moving = false;
      for (const page of this.pages) {
        for (; page.up.length > 0; moving = true) this.server.take(page, page.up.shift()!);
        for (; page.down.length > 0; moving = true) page.receive();
      }
    }
    for (const page of this.pages) page.finishJob();
  }
}
