// Verbs for the tests of threads: some that behave, and some that do not.
import { isMainThread } from 'node:worker_threads'
import { LabError } from '../../src-main/lab/errors'
import { serve, type Task } from '../../src-main/lab/threads/thread'

export const verbs = {
  double: (n: number) => n * 2,
  count: (to: number, { onProgress }: Task) => {
    for (let done = 1; done <= to; done++) onProgress?.({ phase: `phase ${done}`, done, total: to })
    return to
  },
  refuse: (what: string) => {
    throw new LabError('not-found', `There is no ${what}.`)
  },
  wait: (_: null, { signal }: Task) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('heard it')))),
  spin: (): number => {
    for (;;);
  },
  hoard: (): number => {
    const kept: string[][] = []
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => `${kept.length}/${i}`))
  },
}

if (!isMainThread) serve(verbs)
