import type { Errand, Message } from '../../engine/protocol'
import { deferred } from '../threads/deferred'
import { LabError } from '../errors'
import { exitText } from './process'
import type { SpawnEngine } from '../options'

type Answer<T extends Errand['type']> = Extract<Message, { type: T }>
type Progress = Extract<Message, { type: 'progress' }>

/**
 * Asks a fresh engine process one thing and lets it go: what loads native libraries never does so in this process,
 * nor beside a stage.
 * @throws LabError when the errand failed or the process died, in words for people
 */
export function runErrand<T extends Errand['type']>(
  spawn: SpawnEngine,
  errand: Errand & { type: T },
  options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void } = {},
): Promise<Answer<T>> {
  const stopped = () => new LabError('internal', 'Stopped.')
  if (options.signal?.aborted) return Promise.reject(stopped())
  const { promise, resolve, reject } = deferred<Answer<T>>()
  const handle = spawn(
    (message) => {
      if (message.type === 'ready') handle.post(errand)
      else if (message.type === 'progress') options.onProgress?.(message)
      else if (message.type === 'problem') reject(new LabError('internal', message.message))
      else if (message.type === errand.type) resolve(message as Answer<T>)
    },
    (exit) => reject(new LabError('internal', exitText(exit))),
  )
  const abort = () => reject(stopped())
  options.signal?.addEventListener('abort', abort)
  return promise.finally(() => {
    options.signal?.removeEventListener('abort', abort)
    handle.kill()
  })
}
