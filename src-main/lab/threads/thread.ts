// One way to have work done in another thread: verbs by name, progress, cancelling, a deadline, a bound of memory.
import { parentPort, Worker } from 'node:worker_threads'
import type { Failure } from '../../../src-preload/contract'
import { deferred, type Deferred } from './deferred'
import { failureOf, LabError } from '../errors'
import { throttled, type Progress } from './throttle'

export interface Task {
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}
type Verb = (input: never, task: Task) => unknown
/** What a thread does: functions of one plain input, by name. */
export type Verbs<A> = { [K in keyof A]: Verb }
type Input<V> = V extends (input: infer I, ...rest: never[]) => unknown ? I : never
type Output<V> = V extends (...args: never[]) => infer O ? Awaited<O> : never

interface Bounded {
  deadline?: number | undefined
  subject?: string | undefined
}

export interface Thread<A extends Verbs<A>> {
  /**
   * @param task `deadline`: milliseconds after which the thread is ended, with all that it was asked; `subject`: what is
   * being done, where the refusal of work that takes too much should say so
   * @throws LabError as the verb failed; `bad-input` for work that outran its deadline or the thread's memory. When
   * `signal` is aborted, any error, and within a second also from a thread that does not listen.
   */
  ask<K extends keyof A & string>(verb: K, input: Input<A[K]>, task?: Task & Bounded): Promise<Output<A[K]>>
  /** Whether it is another thread than the caller's. */
  readonly apart: boolean
  /** Ends the thread at once; the next question would start another one. */
  close(): Promise<void>
}

/** The same verbs without a thread, for who has no built script: tests, and tools of one answer. */
export function inThisThread<A extends Verbs<A>>(verbs: A): Thread<A> {
  return {
    ask: async <K extends keyof A & string>(verb: K, input: Input<A[K]>, task: Task = {}) =>
      (await verbs[verb](input as never, task)) as Output<A[K]>,
    apart: false,
    close: () => Promise.resolve(),
  }
}

export interface ThreadOptions {
  /** The built script, which calls `serve`. */
  script: string
  /** What the script finds as `workerData`. */
  data?: unknown
  /** Megabytes that its JavaScript heap may take; buffers are not counted in. */
  heap?: number
}

/** Milliseconds that asked-for work may go on after it was told to stop. */
const GRACE = 1000

interface Open extends Deferred<unknown> {
  task: Task
  subject: string | undefined
}
/** To the thread: something to do, or to stop doing. */
type Asked = { id: number; verb: string; input: unknown } | { id: number; stop: true }
/** From it: how far that is, and once how it ended. */
type Told = { id: number; progress: Progress } | { id: number; value: unknown } | { id: number; failure: Failure }

/** A thread that its first question starts, and that holds up no exit while nothing is asked of it. */
export function createThread<A extends Verbs<A>>({ script, data, heap }: ThreadOptions): Thread<A> {
  const open = new Map<number, Open>()
  let worker: Worker | null = null
  let asked = 0

  function hear(told: Told): void {
    const waiting = open.get(told.id)
    if ('progress' in told) return waiting?.task.onProgress?.(told.progress)
    open.delete(told.id)
    if ('value' in told) waiting?.resolve(told.value)
    else waiting?.reject(new LabError(told.failure.code, told.failure.message, told.failure.problems))
  }
  function failAll(error: LabError | ((subject?: string) => LabError)): void {
    worker = null
    for (const { subject, reject } of open.values()) reject(typeof error === 'function' ? error(subject) : error)
    open.clear()
  }
  function start(): Worker {
    const started = new Worker(script, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: heap } })
    started.on('message', hear)
    const gone = (error: Parameters<typeof failAll>[0]) => started === worker && failAll(error)
    started.on('error', (error) => gone((subject) => endedBy(error, heap, subject)))
    started.on('exit', () => gone(new LabError('internal', 'The thread that was at work ended.')))
    return started
  }
  /** Ends a thread that does not listen; what else it was asked fails too, and may be asked again. */
  function end(ended: Worker, why: LabError): void {
    if (ended === worker) failAll(why)
    void ended.terminate()
  }

  return {
    async ask<K extends keyof A & string>(
      verb: K,
      input: Input<A[K]>,
      { deadline, subject, ...task }: Task & Bounded = {},
    ) {
      const [thread, id] = [(worker ??= start()), ++asked]
      const post = (message: Asked) => thread.postMessage(message)
      const waiting = deferred<unknown>()
      open.set(id, { ...waiting, task, subject })
      thread.ref()
      post({ id, verb, input })
      const stop = () => post({ id, stop: true })
      const release = limited(task.signal, { deadline, subject }, { stop, end: (why) => end(thread, why) })
      try {
        return (await waiting.promise) as Output<A[K]>
      } finally {
        release()
        if (open.size === 0) thread.unref()
      }
    },
    apart: true,
    async close() {
      const ended = worker
      failAll(new LabError('conflict', 'This was stopped.'))
      await ended?.terminate()
    },
  }
}

/**
 * Stops work when its signal says so, and ends it when it does not listen, or outruns its deadline.
 * @returns to be called when the work is over
 */
function limited(
  signal: AbortSignal | undefined,
  { deadline, subject }: Bounded,
  { stop, end }: { stop: () => void; end: (why: LabError) => void },
): () => void {
  const timers: NodeJS.Timeout[] = []
  const endAfter = (milliseconds: number, why: LabError) => timers.push(setTimeout(() => end(why), milliseconds))
  const stopped = () => {
    stop()
    endAfter(GRACE, new LabError('conflict', 'This was stopped.'))
  }
  signal?.addEventListener('abort', stopped)
  if (signal?.aborted) stopped()
  if (deadline !== undefined) endAfter(deadline, outran(deadline, subject))
  return () => {
    timers.forEach(clearTimeout)
    signal?.removeEventListener('abort', stopped)
  }
}

function outran(deadline: number, subject = 'This'): LabError {
  return new LabError('bad-input', `${subject} took longer than ${Math.round(deadline / 1000)} s and was stopped.`)
}

function endedBy(error: Error, heap: number | undefined, subject = 'This'): LabError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new LabError('bad-input', `${subject} needed more than ${heap} MB of memory and was stopped.`)
  return new LabError('internal', String(error))
}

/** Milliseconds between two words on the progress of one phase. */
const INTERVAL = 100

/**
 * The thread's side: answers what it is asked, several questions at a time.
 * @param home the folder that storage errors are told of
 */
export function serve<A extends Verbs<A>>(verbs: A, home = ''): void {
  const underWay = new Map<number, AbortController>()
  const tell = (told: Told) => parentPort!.postMessage(told)

  async function answer(id: number, verb: string, input: unknown): Promise<void> {
    const stop = new AbortController()
    underWay.set(id, stop)
    const progress = throttled((progress) => tell({ id, progress }), INTERVAL)
    try {
      const work = verbs[verb as keyof A]
      tell({
        id,
        value: await work(input as never, { signal: stop.signal, onProgress: (one) => progress.report(one) }),
      })
    } catch (error) {
      tell({ id, failure: failureOf(error, home) })
    } finally {
      progress.end()
      underWay.delete(id)
    }
  }
  parentPort!.on('message', (asked: Asked) => {
    if ('stop' in asked) underWay.get(asked.id)?.abort()
    else void answer(asked.id, asked.verb, asked.input)
  })
}
