import { backendKind, BACKENDS_IN_ORDER, type BackendId, type Moments, type Precision } from '../../science/backends'
import type { Backend } from './learner'
import { BACKENDS } from './registry'
import { failureOf, passedOf, testLoaded, titleOf } from './trial'

const opened = new Map<BackendId, Promise<Backend>>()

/**
 * Loads a backend into this process, once; it is given out after it has passed its self-test.
 * @throws Error in words for people: unknown, not installed, not loadable, wrong numbers
 */
export function loadBackend(id: string): Promise<Backend> {
  if (!isBackendId(id))
    return Promise.reject(
      new Error(
        `backend: expected ${BACKENDS_IN_ORDER.map((kind) => kind.id).join(' or ')}, got ${JSON.stringify(id)}`,
      ),
    )
  const backend = opened.get(id) ?? openBackend(id)
  opened.set(id, backend)
  backend.catch(() => opened.delete(id))
  return backend
}

function isBackendId(id: string): id is BackendId {
  return Object.hasOwn(BACKENDS, id)
}

async function openBackend(id: BackendId): Promise<Backend> {
  const loaded = await BACKENDS[id].load()
  const { device, deviceWith, threads, isa, version, gpu, create, peak } = loaded
  const { selfTest, precisions } = await testLoaded(id, loaded, false)
  if (!selfTest.passed) throw new Error(failureOf(id, selfTest))
  return {
    ...{ id, device, deviceWith, threads, isa, version, gpu, precisions, reason: reasonFor(id, selfTest.worstError) },
    ...(peak && { peak }),
    create(net, init, options) {
      const { precision = 'fp32', moments = 'fp32' } = options ?? {}
      if (!precisions.includes(precision)) return Promise.reject(new Error(without(precision, precisions, id, device)))
      if (!backendKind(id).moments.includes(moments)) return Promise.reject(new Error(withoutMoments(moments, id)))
      return create(net, init, options)
    },
  }
}

function without(precision: Precision, precisions: readonly Precision[], id: BackendId, device: string): string {
  const known = precisions.map((each) => `"${each}"`).join(' or ')
  return `precision: expected ${known}, since ${titleOf(id)} cannot multiply ${precision} on ${device}, got "${precision}"`
}

const withoutMoments = (moments: Moments, id: BackendId) =>
  `moments: expected "fp32", since ${titleOf(id)} cannot keep them in ${moments}, got "${moments}"`

function reasonFor(id: BackendId, worstError: number): string {
  const isLast = id === BACKENDS_IN_ORDER.at(-1)!.id
  const passedOver = isLast && BACKENDS_IN_ORDER.some((other) => other.id !== id && BACKENDS[other.id].installed())
  return `${passedOver ? 'Asked for' : backendKind(id).when}; ${passedOf(id, worstError)}`
}
