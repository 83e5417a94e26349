/** The server's real trainer routes on a real port and database, and trainers that a test can cut off. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodePng } from '@cotrace/image-io';
import type { Policy } from '@cotrace/protocol';
import { drawTissue } from '@cotrace/tissue';
import express from 'express';
import type { Access } from '../../apps/server/src/access/access.ts';
import { createRouter } from '../../apps/server/src/http/createRouter.ts';
import { failureOf } from '../../apps/server/src/http/failures.ts';
import type { Handlers } from '../../apps/server/src/http/handlers.ts';
import { createJobsWorld } from '../../apps/server/src/jobs/testing/jobsWorld.ts';
import type { TestDatabase } from '../../apps/server/src/testing/testDatabase.ts';
import type { Connection } from '../../apps/trainer/src/index.ts';

export const TRAINER_TOKEN = 'a-token-for-trainers-only';
export const SIDE = 64;

/** Label values by the tissue itself, left of `edge`; the rest is unknown. */
const paint = (membrane: Uint8Array, edge: number) =>
  membrane.map((gray, at) => (at % SIDE >= edge ? 0 : gray === 0 ? 1 : 2));

export async function startTrainerWorld(database: TestDatabase) {
  await database.prisma.project.deleteMany();
  const world = createJobsWorld(database.prisma);
  const access = {
    isTrainer: ({ headers }) => headers.authorization === `Bearer ${TRAINER_TOKEN}`,
    signIn: async () => undefined,
  } as Partial<Access> as Access;
  const handlers = world.jobs.handlers as Handlers;
  const app = express();
  app.use(createRouter({ access, handlers, publicUrl: 'http://localhost' }));
  app.use(((error, _request, response, _next) => {
    const { status, body } = failureOf(error);
    if (status >= 500) console.error(error);
    response.status(status).json(body);
  }) as express.ErrorRequestHandler);
  let server = createServer(app);
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const goAway = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };

  return {
    ...world,
    origin,
    goAway,
    comeBack: () => {
      server = createServer(app);
      return listen(port);
    },
    /** Three sections: painted, unpainted, held out with labels. */
    async tissueProject({ budgetSeconds = 1, ...recipe }: Partial<Policy['recipe']> = {}) {
      const drawn = drawTissue({ width: SIDE, height: SIDE, seed: 7, sections: 3 });
      const edges = [40, 0, SIDE];
      return world.project({
        side: SIDE,
        policy: {
          recipe: {
            preset: 'default',
            base: 4,
            depth: 2,
            tile: 32,
            batch: 2,
            budgetSeconds,
            ...recipe,
          },
        },
        sections: drawn.map(({ image, membrane }, index) => ({
          image: encodePng({ width: SIDE, height: SIDE, bitDepth: 8, data: image }),
          labels: edges[index] ? paint(membrane, edges[index]!) : null,
          heldOut: index === 2,
        })),
      });
    },
    async [Symbol.asyncDispose]() {
      await world.jobs.close();
      await goAway();
    },
  };
}

/** A trainer's network: from the first call that `dies` names, nothing goes out and nothing comes back until `mend`. */
export function cutBefore(
  connection: Connection,
  dies: (name: string, callsOfThatName: number) => boolean,
): Connection & { cut: Promise<void>; mend(): void } {
  const counts = new Map<string, number>();
  let isCut = false;
  let tellCut = () => {};
  const cut = new Promise<void>((done) => {
    tellCut = done;
  });
  let mend = () => {};
  const mended = new Promise<void>((done) => {
    mend = done;
  });
  return {
    cut,
    mend: () => mend(),
    async call(name, options, signal) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (!isCut && dies(name, counts.get(name)!)) {
        isCut = true;
        tellCut();
      }
      if (isCut) await mended;
      return connection.call(name, options, signal);
    },
  };
}
