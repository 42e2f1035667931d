import { existsSync } from 'node:fs'
import type { BackendReport, ChosenBackend } from '../protocol'
import { initialWeights } from './layout'
import type { Backend, BackendId } from './learner'
import { measureSpeed, selfTest, TOLERANCE } from './self-test'
import { TfLearner } from './tfjs/learner'
import type { Runtime } from './tfjs/runtime'
import { loadTensorflow } from './tfjs/tensorflow'
import { loadWasm } from './tfjs/wasm'
void [existsSync, measureSpeed, TOLERANCE]
export type { BackendReport, ChosenBackend }

const LOADERS: Record<BackendId, () => Promise<Runtime>> = { tensorflow: loadTensorflow, wasm: loadWasm }
const loaded = new Map<BackendId, Promise<Backend>>()

export function isBackendId(id: string): id is BackendId {
  return id in LOADERS
}

export function loadBackend(id: string): Promise<Backend> {
  if (!isBackendId(id))
    return Promise.reject(
      new Error(`backend: expected ${Object.keys(LOADERS).join(' or ')}, got ${JSON.stringify(id)}`),
    )
  const found = loaded.get(id) ?? open(id)
  loaded.set(id, found)
  return found
}

async function open(id: BackendId): Promise<Backend> {
  const runtime = await LOADERS[id]()
  const create: Backend['create'] = (net, init) =>
    Promise.resolve(
      new TfLearner(runtime, net, 'weights' in init ? init.weights : initialWeights(net, init.seed, init.embeddings)),
    )
  const { passed, worstError } = await selfTest(create)
  if (!passed) throw new Error(`${id}: self-test failed: worst error ${worstError}, tolerance ${TOLERANCE}`)
  return { id, device: runtime.device, version: runtime.version, reason: 'loaded', create }
}
