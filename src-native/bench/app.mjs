// The app's own TypeScript in a benchmark, from one server of Vite, so that all share the state of its modules.
import { resolve } from 'node:path'
import { createServer } from 'vite'

export const root = resolve(import.meta.dirname, '../..')

const server = await createServer({
  ...{ root, configFile: false, logLevel: 'error', appType: 'custom', optimizeDeps: { noDiscovery: true } },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
})

/** What these modules of the app export, all together. */
export async function load(...paths) {
  const modules = await Promise.all(paths.map((path) => server.ssrLoadModule(`/${path}`)))
  return Object.assign({}, ...modules)
}

/** To be called in the end: the server would keep the process alive. */
export const closeApp = () => server.close()
