// The app's own TypeScript in a benchmark: loaded once, so that all share the state of its modules.
import { resolve } from 'node:path'
import { runnerImport } from 'vite'

export const root = resolve(import.meta.dirname, '../..')

/** What these modules of the app export, all together. */
export async function load(...paths) {
  const modules = {}
  for (const path of paths) {
    const { module } = await runnerImport(resolve(root, path), { configFile: false, logLevel: 'error' })
    Object.assign(modules, module)
  }
  return modules
}
