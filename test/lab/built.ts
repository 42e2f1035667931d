import { rm } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
export const RESOURCES = path.join(root, 'resources')

/**
 * Builds the processes beside the main one, as the app's build does, into a folder of this test file alone.
 * @param more further entries, name → source file
 */
export function builtProcesses(more: Record<string, string> = {}): { entry: (name: string) => string } {
  const folder = path.join(root, 'out', `test-lab-${process.pid}-${Math.random().toString(36).slice(2, 8)}`)
  const input = {
    engine: path.join(root, 'src-main/engine/index.ts'),
    analyst: path.join(root, 'src-main/lab/results/worker.ts'),
    librarian: path.join(root, 'src-main/lab/models/worker.ts'),
    importer: path.join(root, 'src-main/lab/datasets/worker.ts'),
    reader: path.join(root, 'src-main/lab/models/reading.ts'),
    ...more,
  }
  beforeAll(async () => {
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      build: { ssr: true, outDir: folder, target: 'node20.18', rolldownOptions: { input } },
    })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return { entry: (name) => path.join(folder, `${name}.js`) }
}
