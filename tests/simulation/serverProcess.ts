/** A server process that serves rooms, dies with all that it holds in memory, and starts anew on the same store. */
import type { IncomingMessage } from 'node:http';
import { createRooms } from '../../apps/server/src/rooms/createRooms.ts';
import type { RoomLimits } from '../../apps/server/src/rooms/roomLimits.ts';
import type { Rooms } from '../../apps/server/src/rooms/rooms.ts';
import type { MemoryAccess } from '../../apps/server/src/rooms/testing/memoryAccess.ts';
import type { MemoryRoomStore } from '../../apps/server/src/rooms/testing/memoryRoomStore.ts';
import type { Host, Network, ServerSocket } from './network.ts';
import { type Call, type StoreLie, type StoreWeather, unreliable } from './unreliableStore.ts';
import { ownedBy, type VirtualTime } from './virtualTime.ts';
import type { Dice } from './weather.ts';

export interface ServerParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly network: Network;
  readonly store: MemoryRoomStore;
  readonly access: MemoryAccess;
  readonly weather: StoreWeather;
  readonly limits: Partial<RoomLimits>;
  readonly lie?: StoreLie;
  readonly trace: (line: string) => void;
  readonly onDone: (call: Call, result: unknown) => void;
  /** The process said something at this level. */
  readonly onLine: (level: 'info' | 'warn' | 'error', line: string) => void;
}

export class ServerProcess implements Host {
  owner = ownedBy('nobody');
  isUp = false;
  isCutOffFromStore = false;
  rooms!: Rooms;
  private lives = 0;

  constructor(
    readonly name: string,
    private readonly parts: ServerParts,
  ) {}

  start(): void {
    const { time, store, access, limits, lie, trace, dice, weather, onDone, onLine } = this.parts;
    this.owner = ownedBy(`${this.name}.${++this.lives}`);
    const { owner } = this;
    time.at(0, owner, () => {
      const say = (level: 'info' | 'warn' | 'error') => (message: string, fields?: object) => {
        const line = `${owner.name} says ${level}: ${message} ${told(fields)}`;
        trace(line);
        onLine(level, line);
      };
      this.rooms = createRooms({
        store: unreliable(store, {
          time,
          dice,
          weather,
          trace,
          caller: owner,
          ...(lie === undefined ? {} : { lie }),
          isCutOff: () => this.isCutOffFromStore,
          onDone,
        }),
        access,
        log: { info: say('info'), warn: say('warn'), error: say('error') },
        limits,
      });
      this.isUp = true;
      trace(`${owner.name} is up`);
    });
  }

  accept(socket: ServerSocket, request: IncomingMessage): void {
    this.rooms.accept(socket as never, request);
  }

  /** Starts again if it does not run. */
  revive(): void {
    if (!this.isUp) this.start();
  }

  /** At once, in the middle of whatever it does. */
  die(isTold: boolean): void {
    if (!this.isUp) return;
    this.parts.trace(`${this.owner.name} dies${isTold ? '' : ', and nobody is told'}`);
    this.isUp = false;
    this.owner.isDead = true;
    this.parts.network.ownerDied(this.owner, isTold);
  }

  /** As a deployment does it. */
  stop(): void {
    if (!this.isUp) return;
    const { owner } = this;
    this.parts.trace(`${owner.name} is stopped`);
    this.isUp = false;
    this.parts.time.at(0, owner, () => {
      void this.rooms.close().then(() => {
        owner.isDead = true;
        this.parts.network.ownerDied(owner, true);
      });
    });
  }
}

function told(fields: object | undefined): string {
  if (fields === undefined) return '';
  return JSON.stringify(fields, (_, value: unknown) =>
    value instanceof Error ? (value.stack ?? value.message).split('\n').slice(0, 6).join(' | ') : value,
  );
}
