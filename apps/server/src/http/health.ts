/** Can the server serve? Asked by people, by containers and by the browser tests. */
import type { Handlers } from './handlers.ts';

export function createHealthHandlers(deps: {
  version: string;
  ping(): Promise<boolean>;
  trainers(): { engine: string }[];
}): Handlers<'health'> {
  return {
    async health({ response }) {
      const up = await deps.ping();
      const trainers = deps.trainers();
      const engines = [...new Set(trainers.map(({ engine }) => engine))];
      if (!up) response.status(503);
      return {
        status: up ? 'ok' : 'degraded',
        version: deps.version,
        database: up ? 'up' : 'down',
        engine: engines.length > 0 ? engines.join('; ') : null,
        trainers: trainers.length,
      };
    },
  };
}
