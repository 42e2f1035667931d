import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'

const at = (path: string) => resolve(import.meta.dirname, path)

// The lowest runtime that the code may meet (Node 20, Electron 33), whatever `electron` package is installed.
const node = 'node20.18'
const chrome = 'chrome130'

export default defineConfig(({ command }) => ({
  main: {
    define: { UNDER_DEVELOPMENT: JSON.stringify(command === 'serve') },
    build: {
      target: node,
      // Of many small files each, which take longer to find than to run.
      externalizeDeps: { exclude: ['zod', 'yaml', 'canonicalize', '@noble/hashes', 'papaparse', 'yazl', 'yauzl'] },
      rolldownOptions: {
        input: {
          index: at('src-main/index.ts'),
          cli: at('src-main/cli.ts'),
          engine: at('src-main/engine/index.ts'),
          librarian: at('src-main/lab/models/worker.ts'),
          importer: at('src-main/lab/datasets/worker.ts'),
          reader: at('src-main/lab/models/reading.ts'),
          analyst: at('src-main/lab/results/worker.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      target: node,
      externalizeDeps: false, // a sandboxed preload can only require 'electron'
      rolldownOptions: {
        input: { index: at('src-preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src-renderer'),
    server: { fs: { allow: [at('.')] } }, // the guide lies in docs/
    plugins: [svelte({ configFile: at('svelte.config.js') })],
    build: {
      target: chrome,
      minify: true, // half as much to read and parse at every start
      chunkSizeWarningLimit: 2000, // kB: it comes from the disk
      rolldownOptions: { input: { index: at('src-renderer/index.html') } },
    },
  },
}))
