/** For tests: the queue over a real database, with rooms, blobs and pages that are kept in memory. */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import {
  type ClaimedJob,
  type MapsReport,
  type ModelReport,
  type Policy,
  PROTOCOL_VERSION,
  ProtocolError,
  type ServerToClientEvents,
} from '@cotrace/protocol';
import type { Request, Response } from 'express';
import type { BlobStore } from '../../blobs/blobStore.ts';
import type { Asked, Handler } from '../../http/handlers.ts';
import type { LiveEvents } from '../../live/liveEvents.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { PrismaClient } from '../../store/database.ts';
import { createPrismaJobsStore } from '../../store/prismaJobsStore.ts';
import { createJobs } from '../createJobs.ts';
import { createQueue } from '../queue.ts';
import type { PastLabels } from '../trainerHandlers.ts';
import { FakeClock } from './fakeClock.ts';

export const POLICY: Policy = {
  retrainAfterPixels: 1000,
  nightlyAt: null,
  timeZone: 'Europe/Berlin',
  recipe: { preset: 'default', base: 4, depth: 2, tile: 32, batch: 2, budgetSeconds: 1 },
};

export const LABELS = [
  { value: 1, name: 'membrane', color: '#ff0000', gray: 0 },
  { value: 2, name: 'cell', color: '#00ff00', gray: 255 },
];

export const REPORT: ModelReport = {
  temperature: 1,
  score: null,
  liveScore: null,
  beatsLive: true,
  verdict: 'The first model.',
  labelledPixels: 10,
  steps: 3,
  seconds: 1,
  secondsLeft: 0,
  engine: 'a test',
  finalLoss: 0.5,
};

type Told = {
  [E in keyof ServerToClientEvents]: { event: E; payload: Parameters<ServerToClientEvents[E]>[0] };
};

/** Pages that write down what they are told; a test may wait for the next event of a kind. */
export class RecordingPages implements LiveEvents {
  readonly told: { event: string; payload: unknown }[] = [];
  #waiting: { fits(event: string, payload: never): boolean; done(payload: never): void }[] = [];

  emit(_projectId: string, event: string, ...[payload]: unknown[]): void {
    this.told.push({ event, payload });
    const heard = this.#waiting.filter(({ fits }) => fits(event, payload as never));
    this.#waiting = this.#waiting.filter((one) => !heard.includes(one));
    for (const { done } of heard) done(payload as never);
  }

  next<E extends keyof ServerToClientEvents>(
    event: E,
    fits: (payload: Told[E]['payload']) => boolean = () => true,
  ): Promise<Told[E]['payload']> {
    return new Promise((done) => {
      this.#waiting.push({ fits: (name, payload) => name === event && fits(payload), done });
    });
  }
}

export class MemoryBlobs implements BlobStore {
  readonly kept = new Map<string, Uint8Array>();
  #next = 0;

  async put(prefix: string, suffix: string, bytes: Uint8Array | NodeJS.ReadableStream): Promise<string> {
    const key = `${prefix}/${this.#next++}${suffix}`;
    const parts: Uint8Array[] = [];
    if (bytes instanceof Uint8Array) parts.push(bytes);
    else for await (const part of bytes) parts.push(part as Buffer);
    this.kept.set(key, Buffer.concat(parts));
    return key;
  }

  async get(key: string): Promise<Uint8Array> {
    const bytes = this.kept.get(key);
    if (!bytes) throw new ProtocolError('NOT_FOUND');
    return bytes;
  }

  async stream(key: string) {
    const bytes = await this.get(key);
    return { stream: Readable.from([bytes]), size: bytes.length };
  }

  async delete(key: string): Promise<void> {
    this.kept.delete(key);
  }
}

/** Label planes by mask, as a room would answer them. */
export class MemoryRooms implements Pick<Rooms, 'labels'> {
  readonly planes = new Map<string, { width: number; height: number; values: Uint8Array }>();

  async labels(maskId: string) {
    const plane = this.planes.get(maskId);
    if (!plane) throw new ProtocolError('NOT_FOUND');
    return plane;
  }
}

/** Label planes as they were, whatever the moment; a mask without one has not changed. */
export class MemoryHistory implements PastLabels {
  readonly planes: MemoryRooms['planes'] = new Map();

  async labelsAsOf(maskId: string) {
    return this.planes.get(maskId);
  }
}

type JobRoute = keyof ReturnType<typeof createJobs>['handlers'];

/** A finished run: its model was reported, its maps of `sections` were published with these regions. */
export async function publishModel(
  world: JobsWorld,
  taskId: string,
  sections: string[],
  regions: MapsReport['regions'],
  report = REPORT,
): Promise<{ modelId: string; jobId: string }> {
  const { store, clock, queue } = world;
  const { job } = await store.jobs.enqueue(taskId, 'requested', clock.now());
  const { leaseToken } = (await world.claim('publisher'))!;
  const lease = { jobId: job.jobId, leaseToken };
  await store.jobs.setModelBlob(lease, `models/${job.jobId}`);
  const { modelId } = (await store.models.report(lease, report, clock.now()))!;
  for (const sectionId of sections) {
    await store.models.setMap(modelId, sectionId, 'probability', `maps/${modelId} ${sectionId} p`);
    await store.models.setMap(modelId, sectionId, 'uncertainty', `maps/${modelId} ${sectionId} u`);
    await store.models.publishMaps(modelId, sectionId, { meanUncertainty: 0.3, regions });
  }
  await queue.finish(lease);
  return { modelId, jobId: job.jobId };
}

export type JobsWorld = ReturnType<typeof createJobsWorld>;

export function createJobsWorld(prisma: PrismaClient, start = '2026-03-10T12:00:00Z') {
  const clock = new FakeClock(start);
  const store = createPrismaJobsStore(prisma);
  const rooms = new MemoryRooms();
  const history = new MemoryHistory();
  const blobs = new MemoryBlobs();
  const live = new RecordingPages();
  const log = {
    info() {},
    warn() {},
    error: (message: string, fields?: object) => errors.push({ message, fields }),
  };
  const errors: object[] = [];
  const jobs = createJobs({ store, rooms, history, blobs, live, clock, log });
  const queue = createQueue({ store: store.jobs, rooms, blobs, live, clock, log });

  return {
    prisma,
    clock,
    store,
    rooms,
    history,
    blobs,
    live,
    log,
    errors,
    jobs,
    queue,

    /** A project of one task; `painted` are label planes of its sections of `side`², null = no paint. */
    async project(options: {
      policy?: Partial<Policy>;
      side?: number;
      sections: { labels: Uint8Array | null; heldOut?: boolean; image?: Uint8Array }[];
    }) {
      const side = options.side ?? 4;
      const originals = await Promise.all(
        options.sections.map(({ image }) => blobs.put('images', '.png', image ?? new Uint8Array())),
      );
      const project = await prisma.project.create({
        data: {
          name: 'Neuropil',
          tasks: {
            create: {
              name: 'Membrane',
              position: 0,
              labels: LABELS,
              policy: { ...POLICY, ...options.policy },
            },
          },
          sections: {
            create: options.sections.map(({ heldOut = false }, position) => ({
              position,
              name: `${position}.png`,
              width: side,
              height: side,
              bitDepth: 8,
              heldOut,
              original: originals[position]!,
              display: originals[position]!,
              thumbnail: originals[position]!,
            })),
          },
        },
        include: { tasks: true, sections: { orderBy: { position: 'asc' } } },
      });
      const taskId = project.tasks[0]!.id;
      const masks: string[] = [];
      for (const [index, { labels }] of options.sections.entries()) {
        const mask = await prisma.mask.create({
          data: {
            sectionId: project.sections[index]!.id,
            taskId,
            labelledPixels: labels?.filter((value) => value !== 0).length ?? 0,
          },
        });
        masks.push(mask.id);
        if (labels) rooms.planes.set(mask.id, { width: side, height: side, values: labels });
      }
      return { projectId: project.id, taskId, masks, sections: project.sections.map(({ id }) => id) };
    },

    async person(): Promise<string> {
      const id = `person-${randomUUID()}`;
      await prisma.user.create({ data: { id, name: id, email: `${id}@example.org` } });
      return id;
    },

    /** A route's handler, called as the router would once it had authorised. */
    ask<N extends JobRoute>(name: N, asked: Partial<Asked<N>>): ReturnType<Handler<N>> {
      const handler = jobs.handlers[name] as unknown as (asked: object) => ReturnType<Handler<N>>;
      return handler(asked);
    },

    request: (headers: Record<string, string>, bytes: Uint8Array) =>
      Object.assign(Readable.from([Buffer.from(bytes)]), { headers }) as unknown as Request,

    claimOverRest(trainerId: string): Promise<{ job: ClaimedJob | null }> {
      const body = { protocolVersion: PROTOCOL_VERSION, trainerId, name: trainerId, engine: 'test' };
      return this.ask('claimJob', { body, response: new EventEmitter() as Response });
    },

    claim: (trainerId: string, waitMs = 0) =>
      queue.claim(
        { protocolVersion: 1, trainerId, name: trainerId, engine: 'test' },
        waitMs,
        new AbortController().signal,
      ),
  };
}
