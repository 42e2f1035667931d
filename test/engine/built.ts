import { rm } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'vite'

const root = path.resolve(import.meta.dirname, '../..')

/**
 * Builds the engine's entry as the app's build does, into a folder of this process alone.
 * @returns path of the built `engine.js`, and a function that removes it again
 */
export async function buildEngine(): Promise<{ entry: string; remove: () => Promise<void> }> {
  const outDir = path.join(root, 'out', `test-engine-${process.pid}`)
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir,
      target: 'node20.18',
      rolldownOptions: { input: { engine: path.join(root, 'src-main/engine/index.ts') } },
    },
  })
  return { entry: path.join(outDir, 'engine.js'), remove: () => rm(outDir, { recursive: true, force: true }) }
}
