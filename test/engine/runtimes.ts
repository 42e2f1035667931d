import { initialWeights } from '../../src-main/engine/backends/layout'
import type { Backend } from '../../src-main/engine/backends/learner'
import { TfLearner } from '../../src-main/engine/backends/tfjs/learner'
import type { Runtime } from '../../src-main/engine/backends/tfjs/runtime'
import { loadTensorflow } from '../../src-main/engine/backends/tfjs/tensorflow'
import { loadWasm } from '../../src-main/engine/backends/tfjs/wasm'
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

/** The runtimes that can be had here, by name. */
export async function runtimes(): Promise<{ name: string; runtime: Runtime; create: Backend['create'] }[]> {
  const missing = await tensorflowMissing()
  const loaded = [await loadWasm(), ...(missing ? [] : [await loadTensorflow()])]
  return loaded.map((runtime) => ({
    name: runtime.id,
    runtime,
    create: (net, init) =>
      Promise.resolve(
        new TfLearner(runtime, net, 'weights' in init ? init.weights : initialWeights(net, init.seed, init.embeddings)),
      ),
  }))
}
