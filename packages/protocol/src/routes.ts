/** Every REST route, once: the server registers from this table; OpenAPI and clients read it. */
import { accountRoutes } from './routes/accountRoutes.ts';
import { maskRoutes } from './routes/maskRoutes.ts';
import { modelRoutes } from './routes/modelRoutes.ts';
import { projectRoutes } from './routes/projectRoutes.ts';
import type { Route } from './routes/route.ts';
import { trainerRoutes } from './routes/trainerRoutes.ts';

export type { Access, Route } from './routes/route.ts';

export const routes = {
  ...accountRoutes,
  ...projectRoutes,
  ...maskRoutes,
  ...modelRoutes,
  ...trainerRoutes,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** Header with the fencing token of a claimed job. */
export const LEASE_HEADER = 'x-cotrace-lease';
