import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // One core less is what Vitest takes by itself: on two cores that leaves one idle, while tests wait for processes.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/renderer/**', 'test/e2e/**'],
          testTimeout: 60_000,
        },
      },
      {
        plugins: [svelte({ configFile: resolve(import.meta.dirname, 'svelte.config.js') }), svelteTesting()],
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['test/renderer/**/*.test.ts'],
          // A machine with other work takes several times as long.
          testTimeout: 20_000,
          setupFiles: ['test/renderer/patience.ts'],
          // Components in a package are compiled like ours.
          server: { deps: { inline: [/@xyflow\/svelte/] } },
          // Read as a text, by the test of contrasts.
          css: { include: [/tokens\.css/] },
        },
      },
    ],
  },
})
