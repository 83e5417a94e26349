/** What the rest of the server asks of the mask rooms. Implemented by `createRooms`. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Area } from './areaUpdates.ts';

/** Committed paint, of one group commit or of several. */
export interface Painted {
  maskId: string;
  projectId: string;
  sectionId: string;
  taskId: string;
  /** Labelled pixels of the mask now. */
  labelledPixels: number;
  /** Pixels that these records newly gave a label other than unknown. */
  newPixels: number;
}

export interface Rooms {
  /** Takes over an upgrade whose path lies under ROOM_PATH. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Takes over a socket whose upgrade is done; `request` is the one that asked for it. */
  accept(socket: WebSocket, request: IncomingMessage): void;
  /** Committed label values now, row-major, 0 = unknown. Works whether or not anybody is in the room. */
  labels(maskId: string): Promise<{ width: number; height: number; values: Uint8Array }>;
  /**
   * Paint whole label planes as the server's own session `sessionId` (imports): every non-zero pixel. Resolved = committed.
   * `countsAsNew`: whether the pixels count towards the next training run.
   */
  paintPlane(
    maskId: string,
    sessionId: string,
    values: Uint8Array,
    options: { countsAsNew: boolean },
  ): Promise<void>;
  /** Paint areas as a session of the server's making, in a person's name (null: its own). Resolved = committed. */
  paintAreas(
    maskId: string,
    by: { sessionId: string; userId: string | null; countsAsNew: boolean },
    areas: readonly Area[],
  ): Promise<void>;
  onPainted(listener: (painted: Painted) => void): () => void;
  /** A task's label table changed: open rooms read it again. */
  labelsChanged(taskId: string): void;
  /** Flush what is applied, close the sockets with `comeBack`. */
  close(): Promise<void>;
}
