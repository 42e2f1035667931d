import type { BackendId } from '../../src-main/science/backends'
import { BACKENDS, type Loaded } from '../../src-main/engine/backends/registry'
import { installTensorflow } from '../../src-main/engine/tensorflow/install'

/** Failures of an installation that say something of the machine or its network, nothing of our code. */
const OUT_OF_REACH =
  /only for now|is missing|has no pip|of free disk|No matching distribution|Connection|Temporary failure|timed out/

/**
 * Installs libtensorflow where it is not (a minute, once a machine), so that the tests run on the real thing.
 * @returns why it cannot be had here, or '' when it is there
 */
export async function tensorflowMissing(): Promise<string> {
  while (true) {
    try {
      await installTensorflow({ gpu: false, onProgress: () => {} })
      return ''
    } catch (error) {
      const { message } = error as Error
      if (OUT_OF_REACH.test(message)) {
        console.warn(`Tests on libtensorflow are skipped: ${message}`)
        return message
      }
      // Another file of tests got there first.
      if (!message.includes('another process')) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

/** Why the native engine cannot be had here (no compiler), or '' when set-up has built it. */
export const nativeMissing = BACKENDS.cpu.missing()

/** The backends that can be had here; WebAssembly, which always can, comes first. */
export async function runtimes(): Promise<(Loaded & { id: BackendId })[]> {
  const missing = { wasm: '', cpu: nativeMissing, tensorflow: await tensorflowMissing() }
  if (nativeMissing) console.warn(`Tests on the native engine are skipped: ${nativeMissing}`)
  const loaded = []
  // One after the other: TensorFlow.js has one current runtime for the whole process.
  for (const id of ['wasm', 'cpu', 'tensorflow'] as const)
    if (!missing[id]) loaded.push({ id, ...(await BACKENDS[id].load()) })
  return loaded
}
