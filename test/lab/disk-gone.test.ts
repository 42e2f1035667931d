// A disk that is taken away in the middle: the store fails with a reason of its own, and the lab goes on to say so.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, type TestContext } from 'vitest'
import { createBus } from '../../src-main/lab/bus'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { lockHome } from '../../src-main/lab/home/lock'
import { createQueue } from '../../src-main/lab/queue'
import { createPlaces } from '../../src-main/lab/queue/places'
import { createStopwatch } from '../../src-main/lab/threads/stopwatch'
import { createLab } from '../../src-main/lab'
import { openStore, StorageError } from '../../src-main/store'
import type { LabEvent } from '../../src-preload/contract'
import { breakable, type Breakable } from '../store/disks'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses, RESOURCES } from './built'
import { event, keyOf, longSpec, training } from './tools'

const built = builtProcesses()

function disk(context: TestContext): Breakable {
  const found = breakable(temporaryFolder())
  if (!found) return context.skip('taking a disk away takes root, loop devices, ext4 and Python')
  onTestFinished(() => found.unmount())
  return found
}

test('a store whose disk was taken away says so, and not that it is damaged', (context) => {
  const { folder, takeAway } = disk(context)
  const store = openStore(join(folder, 'lab.sqlite'))
  const texts = { name: 'run', question: '', spec: '{}'.padEnd(2e6), arms: '[]', headline: '' }
  store.runs.insert({ id: 'run', ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
  takeAway()
  for (const touch of [
    () => store.runs.setHeadline('run', 'a line'),
    () => store.log.ofRun('run', 9),
    () => openStore(join(folder, 'lab.sqlite')),
    () => openStore(join(folder, 'other.sqlite')),
  ]) {
    const refusal = (() => {
      try {
        return touch()
      } catch (error) {
        return error
      }
    })()
    if (!(refusal instanceof StorageError)) continue
    expect(refusal.message).toMatch(/^The disk does not answer/)
    expect(refusal.reason).toBe('gone')
  }
  expect(() => store.runs.setHeadline('run', 'a line')).toThrow(/^The disk does not answer/)
})

test('a run whose disk is taken away stands as interrupted, the status says why, and the lab closes', async (context) => {
  const { folder, takeAway } = disk(context)
  const uncaught: unknown[] = []
  const hear = (error: unknown) => void uncaught.push(error)
  process.on('unhandledRejection', hear)
  process.on('uncaughtException', hear)
  onTestFinished(() => void process.off('unhandledRejection', hear).off('uncaughtException', hear))
  const home = join(folder, 'home')
  mkdirSync(home)
  const lab = await createLab({
    home,
    resources: RESOURCES,
    cache: join(RESOURCES, 'no-cache'),
    backend: 'wasm',
    appVersion: '0.0.0-test',
    spawnEngine: forkEngine(built.entry('engine')),
    analyst: built.entry('analyst'),
  })
  const { runId } = await lab.calls.run(longSpec())
  await training(lab, keyOf(await lab.calls.runDetail(runId), 'ceiling'))
  const told = event(lab, (e) => e.type === 'status' && e.status.readOnly !== '')
  takeAway()
  await told
  const status = await lab.calls.status()
  expect(status.readOnly).toMatch(/^The disk does not answer: .*(EIO|SQLITE_)/)
  expect(status.activity).toBe('')
  // Whatever of the store is still at hand, nothing is said to run.
  const runs = await lab.calls.runs().catch((error: unknown) => error)
  if (runs instanceof Error) expect(runs.message).toMatch(/^The disk does not answer/)
  else expect(runs).toMatchObject([{ state: 'interrupted', etaSeconds: null }])
  await lab.close().catch((error: unknown) => expect(error).toMatchObject({ reason: 'gone' }))
  expect(uncaught).toEqual([])
}, 60_000)

test('a queue whose store fails, also when asked what it had, holds and tells the runs that it knew', async () => {
  const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
  onTestFinished(() => store.close())
  const texts = { name: 'run', question: '', spec: '{}', arms: '[]', headline: '' }
  store.runs.insert({ id: 'run', ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
  const { id } = store.stages.ensure({ key: 'stage', kind: 'data', role: null, title: 'stage', config: '{}' })
  store.runStages.insert('run', id, 0, false)
  const fail = () => {
    throw new StorageError('gone', 'The disk does not answer.')
  }
  const broken = {
    ...store,
    transaction: fail,
    runs: { ...store.runs, all: fail },
    stages: { ...store.stages, claim: fail },
  }
  const bus = createBus()
  const events: LabEvent[] = []
  const halted = new Promise<void>((resolve) => {
    bus.subscribe((batch) => {
      events.push(...batch)
      resolve()
    })
  })
  const unused = undefined as never
  const queue = createQueue({
    store: broken,
    reserve: unused,
    shelf: unused,
    places: createPlaces({
      make: () => ({
        host: {
          pid: undefined,
          state: 'stopped',
          forcedAt: null,
          run: fail,
          cancel: fail,
          pause: fail,
          stop: () => undefined,
        },
        watch: createStopwatch(),
        ...{ card: null, current: null, taken: 0, working: null },
      }),
      ...{ backends: { cards: [] }, atOnce: () => 1, atOnceByCard: () => [], reserve: unused, need: fail, ask: fail },
    }),
    timing: { stop: 0, leave: 0 },
    bus,
    recorder: { record: fail, leaving: () => undefined },
    taskPath: fail,
    corpusPath: fail,
    modelPath: fail,
    backends: { known: () => ({}), findCards: () => Promise.resolve() },
  })
  queue.wake()
  await halted
  await queue.close()
  expect(queue.trouble).toBe('The disk does not answer.')
  expect(events).toEqual([{ type: 'run', id: 'run' }, { type: 'engine' }])
})

test('a home whose note cannot be removed is let go all the same', () => {
  const home = temporaryFolder()
  const note = join(home, 'lab.lock.json')
  const lock = lockHome(home)
  rmSync(note)
  mkdirSync(note) // plain `rm` refuses a folder
  lock.release()
  rmSync(note, { recursive: true })
  lockHome(home).release()
})
