// Test runner: everything under test/ runs by default, on this machine's network only (test/setup.ts).
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./src/connector/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^heysync\/connector$/, replacement: source('contract.ts') },
      { find: /^heysync\/connector\/testing$/, replacement: source('testing/testing.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ['test/setup.ts'],
    reporters: ['default', './scripts/test-totals.mjs'],
  },
})
