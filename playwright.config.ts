import { defineConfig } from '@playwright/test'

// The browser is Electron itself: nothing else is installed. One app at a time, for every one trains on all cores.
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '*.spec.ts',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  // Playwright loses an answer of Electron's main process now and then ("promise was garbage collected"): tried twice, and told.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  outputDir: 'test-results/e2e',
})
