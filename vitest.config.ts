import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Chromium brings a graphics driver that runs on the processor: WebGPU is tested with it where no other is. */
const driver = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome']
  .map((folder) => `${folder}/vk_swiftshader_icd.json`)
  .find((path) => existsSync(path));

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'tests/e2e/**'],
    env: driver ? { VK_ADD_DRIVER_FILES: driver } : {},
    maxWorkers: 2,
    // Ten thousand cases take minutes.
    testTimeout: process.env.COTRACE_LONG ? 900_000 : 30_000,
    hookTimeout: 60_000,
  },
});
