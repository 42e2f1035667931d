import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import path from 'node:path'
import { LIBRARY_VERSION } from './packages'

// Not `require`: the build declares one of that name in every chunk.
const fromHere = createRequire(import.meta.url)

/** Where fetched things live, outside the clone: $W2S_CACHE, else the user's cache folder. */
export function cacheFolder(): string {
  const { W2S_CACHE, XDG_CACHE_HOME } = process.env
  return W2S_CACHE || path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'weak-to-strong-lab')
}

/** Everything of libtensorflow: installations, unfinished downloads, the lock. */
export function tensorflowFolder(): string {
  return path.join(cacheFolder(), 'tensorflow')
}

/** One installation: `tensorflow/` and, for the GPU, `nvidia/` as in the wheels, and the binding beside them. */
export function siteFolder(gpu: boolean): string {
  return path.join(tensorflowFolder(), `${gpu ? 'gpu' : 'cpu'}-${LIBRARY_VERSION}`)
}

/** The npm package whose binding we build. @throws Error with the command that mends it when it is not there */
export function bindingPackage(): { folder: string; version: string } {
  try {
    const file = fromHere.resolve('@tensorflow/tfjs-node-gpu/package.json')
    return { folder: path.dirname(file), version: (fromHere(file) as { version: string }).version }
  } catch (cause) {
    throw new Error('The package @tensorflow/tfjs-node-gpu is not in node_modules. `npm ci` puts it there.', { cause })
  }
}

/** The binding of an installation, named by the version of the sources that it was built from. */
export function bindingFile(gpu: boolean): string {
  return path.join(siteFolder(gpu), `tfjs_binding-${bindingPackage().version}.node`)
}

/** The folder of C headers of Node-API. */
export function nodeApiHeaders(): string {
  return path.join(path.dirname(fromHere.resolve('node-api-headers/package.json')), 'include')
}
