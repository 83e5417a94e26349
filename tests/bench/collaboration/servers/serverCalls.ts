/** What a bench asks of every server process, and what one tells of itself. */

export interface Usage {
  /** User and system time of all its threads, ms. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export type ServerCalls = {
  /** `folder`: empty, the server's own, gone after the bench. */
  listen: (given: { databaseUrl: string; folder: string }) => Promise<{ origin: string; token: string }>;
  /** Names of empty documents that nobody has opened. */
  makeDocuments: (given: { count: number }) => Promise<string[]> | string[];
  /** Which life of its document a client has to ask for; 0 where documents have one only. */
  epochOf: (given: { document: string }) => Promise<number> | number;
  usage: () => Usage;
  usageCollected: () => Promise<Usage>;
  /** Starts a profile of its processor time, and ends it into a file. */
  startProfile: () => Promise<void>;
  endProfile: (given: { file: string }) => Promise<void>;
};

/** Hocuspocus acknowledges nothing durable; its process tells each store that has returned. */
export interface Stored {
  readonly document: string;
  /** When the store returned, on the machine's clock. */
  readonly at: number;
  /** Per client id: everything below this clock was in it. */
  readonly clocks: readonly (readonly [clientId: number, clock: number])[];
}
