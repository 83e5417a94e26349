import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'tests/e2e/**'],
    maxWorkers: 2,
    // Ten thousand cases take minutes.
    testTimeout: process.env.COTRACE_LONG ? 900_000 : 30_000,
    hookTimeout: 60_000,
  },
});
