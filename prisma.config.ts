import { defineConfig } from 'prisma/config';

// The server connects by itself (apps/server/src/store); this file serves Prisma's own commands.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
