/** All that the queue keeps, in one database. */
import type { JobsStore } from '../jobs/jobStore.ts';
import type { PrismaClient } from './generated/client.ts';
import { createPrismaJobStore } from './prismaJobStore.ts';
import { createPrismaModelStore } from './prismaModelStore.ts';
import { createPrismaRegionStore } from './prismaRegionStore.ts';

export function createPrismaJobsStore(prisma: PrismaClient): JobsStore {
  return {
    jobs: createPrismaJobStore(prisma),
    models: createPrismaModelStore(prisma),
    regions: createPrismaRegionStore(prisma),
  };
}
