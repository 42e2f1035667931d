// The models desk over a hub of the test's own: in this thread, and in the librarian's as the app has it.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { LabEvent } from '../../src-preload/contract'
import type { CatalogueModel } from '../../src-main/data/models/catalogue'
import { createBus } from '../../src-main/lab/bus'
import { createCheckpoints } from '../../src-main/lab/plan/checkpoints'
import { createModelDesk, type ModelDesk } from '../../src-main/lab/models'
import { createEta } from '../../src-main/lab/models/eta'
import { createLibrarian } from '../../src-main/lab/models/librarian'
import { throttled } from '../../src-main/lab/threads/throttle'
import { nameProblems } from '../../src-main/science/plan/feasible'
import { openStore } from '../../src-main/store'
import { golden } from '../data/checkpoints/golden'
import { serveHub, type HubServer } from '../data/models/hub-server'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { openLab } from './tools'

const NEOX: CatalogueModel = {
  ...{ id: 'neox', title: 'Tiny NeoX', family: 'Tiny', architecture: 'gpt-neox', parameters: 14_608 },
  ...{ layers: 2, width: 16, context: 64, licence: 'mit', download: 70_000, hub: 'someone/tiny-neox' },
}
type ModelEvent = LabEvent & { type: 'model' }

const built = builtProcesses({ wedged: resolve(import.meta.dirname, 'fixtures/wedged-reader.ts') })
let hub: HubServer
beforeAll(async () => {
  hub = await serveHub(NEOX.hub, golden('tiny-neox'))
})
afterAll(() => hub.close())
afterEach(() => Object.assign(hub, { stalls: false, corrupt: null }))

interface Desk {
  desk: ModelDesk
  store: ReturnType<typeof openStore>
  events: LabEvent[]
  cache: string
  /** Resolves at the first event of the model that is `wanted`. */
  heard: (wanted: (event: ModelEvent) => boolean) => Promise<ModelEvent>
}

function openDesk(script?: string, reader?: string): Desk {
  const cache = temporaryFolder()
  const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
  const bus = createBus()
  const events: LabEvent[] = []
  bus.subscribe((batch) => events.push(...batch))
  const options = { cache, hubUrl: hub.url, catalogue: [NEOX], memory: 8e9 }
  const librarian = createLibrarian({ options, reader }, script)
  const desk = createModelDesk(librarian, store, bus)
  onTestFinished(async () => {
    await desk.close()
    store.close()
  })
  const heard: Desk['heard'] = (wanted) =>
    new Promise((resolve) => {
      bus.subscribe((batch) => {
        const found = batch.find((event): event is ModelEvent => event.type === 'model' && wanted(event))
        if (found) resolve(found)
      })
    })
  return { desk, store, events, cache, heard }
}

describe.each([
  ['in this thread', () => []],
  ['in a thread of its own', () => [built.entry('librarian')]],
  ['read in another one', () => [built.entry('librarian'), built.entry('reader')]],
] as [string, () => [string?, string?]][])('%s', (_where, scripts) => {
  test('a model is fetched, with progress, and then listed as here', async () => {
    const { desk, events } = openDesk(...scripts())
    const got = await desk.get({ id: 'neox', source: 'auto' })
    const told = events.filter((event) => event.type === 'model')
    expect(told[0]).toEqual({
      ...{ type: 'model', id: 'neox', phase: 'Asking for it', done: 0, total: 0, etaSeconds: null },
      ...{ finished: false, error: '' },
    })
    expect(told.some(({ phase, done, total }) => /^Downloading model-/.test(phase) && done > 0 && done <= total)).toBe(
      true,
    )
    expect(told.at(-1)).toMatchObject({ finished: true, error: '' })
    expect(events.at(-1)).toEqual({ type: 'models' })
    expect(await desk.list()).toMatchObject([{ id: 'neox', here: got, activity: null, partialBytes: 0 }])
    expect(await desk.verify('neox')).toEqual([])
    expect((await desk.card('neox')).files.map(({ name }) => name)).toContain('config.json')
    expect(await desk.remove('neox')).toEqual({ freedBytes: got!.bytes })
    expect(await desk.list()).toMatchObject([{ here: null }])
  })

  test('it is stopped, seen to be so, and gone on with', async () => {
    const { desk, heard } = openDesk(...scripts())
    hub.stalls = true
    const begun = heard(({ done }) => done > 0)
    const getting = desk.get({ id: 'neox', source: 'hub' })
    await begun
    expect(await desk.list()).toMatchObject([{ activity: { phase: expect.stringMatching(/^Downloading/) as string } }])
    expect(() => desk.get({ id: 'neox', source: 'hub' })).toThrow('something is being done with it already')
    await expect(desk.remove('neox')).rejects.toMatchObject({ code: 'conflict' })
    desk.cancel('neox')
    expect(await getting).toBeNull()
    const [stopped] = await desk.list()
    expect(stopped).toMatchObject({ here: null, activity: null })
    expect(stopped!.partialBytes).toBeGreaterThan(0)
    hub.stalls = false
    hub.requests.length = 0
    expect(await desk.get({ id: 'neox', source: 'hub' })).not.toBeNull()
    expect(hub.requests.some((request) => /bytes=[1-9]\d*-$/.test(request))).toBe(true)
  })

  test('what goes wrong is told as an event and as a failure, with what kind it is', async () => {
    const { desk, heard, cache } = openDesk(...scripts())
    hub.corrupt = 'config.json'
    const told = heard(({ finished }) => finished)
    const failure = { code: 'unavailable', message: expect.stringContaining('expected the hash') as string }
    await expect(failureOfCall(desk.get({ id: 'neox', source: 'hub' }))).resolves.toMatchObject(failure)
    expect((await told).error).toContain('expected the hash')
    await expect(failureOfCall(desk.verify('nothing'))).resolves.toMatchObject({ code: 'not-found' })
    await expect(failureOfCall(desk.add(cache))).resolves.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(cache) as string,
    })
  })

  test('closing stops what is under way', async () => {
    const { desk, heard } = openDesk(...scripts())
    hub.stalls = true
    const begun = heard(({ done }) => done > 0)
    const getting = desk.get({ id: 'neox', source: 'hub' })
    await begun
    await desk.close()
    expect(await getting).toBeNull()
  })
})

describe('a reader that comes to no end', () => {
  const wedged = () => openDesk(built.entry('librarian'), built.entry('wedged'))

  test('is ended when it is called off; what else is done goes on, and so does the next reading', async () => {
    const { desk, heard } = wedged()
    const folder = join(temporaryFolder(), 'mine')
    await cp(golden('tiny-gpt2'), folder, { recursive: true })
    const reading = heard(({ id }) => id === folder)
    const added = desk.add(folder)
    const refused = expect(added).rejects.toThrow(`${folder} was not added: that was stopped.`)
    await reading
    // The librarian answers while the reader spins.
    expect((await desk.list()).map(({ id }) => id)).toEqual(['neox'])
    desk.cancel(folder)
    await refused
    expect((await desk.list()).map(({ id }) => id)).toEqual(['neox'])
  })

  test('holds up no end', async () => {
    const { desk, heard } = wedged()
    const folder = join(temporaryFolder(), 'mine')
    await cp(golden('tiny-gpt2'), folder, { recursive: true })
    const reading = heard(({ id }) => id === folder)
    const refused = expect(desk.add(folder)).rejects.toThrow()
    await reading
    await desk.close()
    await refused
  })
})

/** A failure as it goes over the line. */
async function failureOfCall(call: Promise<unknown>) {
  const { failureOf } = await import('../../src-main/lab/errors')
  return call.then(
    () => null,
    (error: unknown) => failureOf(error, '/home'),
  )
}

test('a stage gets a model that is whole, and of a damaged one the remedy', async () => {
  const { desk } = openDesk(built.entry('librarian'))
  const { path } = createCheckpoints(desk)
  const { key, path: cached } = (await desk.get({ id: 'neox', source: 'hub' }))!
  expect(await path(key)).toBe(cached)
  const weights = join(cached, 'model-00001-of-00002.safetensors')
  const bytes = await readFile(weights)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(weights, bytes)
  await expect(path(key)).rejects.toThrow(
    /is not the model any more .*\(model-00001.*: expected sha256 .*get it again there, or by "models get neox", then resume/,
  )
  await rm(join(cached, 'tokenizer.json'))
  await desk.get({ id: 'neox', source: 'auto' })
  expect(await path(key)).toBe(cached)
  await desk.remove('neox')
  await expect(path(key)).rejects.toMatchObject({ code: 'not-found' })
})

test('one’s own copy serves where the fetched model of the same content is damaged', async () => {
  const { desk } = openDesk()
  const copy = join(temporaryFolder(), 'copy')
  await cp(golden('tiny-neox'), copy, { recursive: true })
  const { key } = await desk.add(copy)
  const got = (await desk.get({ id: 'neox', source: 'hub' }))!
  expect(got.key).toBe(key)
  await rm(join(got.path, 'tokenizer.json'))
  expect(await createCheckpoints(desk).path(key)).toBe(copy)
})

test('a plan sees that the files of one’s own are gone, and where they were', async () => {
  const { desk } = openDesk()
  const copy = join(temporaryFolder(), 'copy')
  await cp(golden('tiny-neox'), copy, { recursive: true })
  const { key } = await desk.add(copy)
  const checkpoints = createCheckpoints(desk)
  expect((await checkpoints.known()).context['copy']).toMatchObject({ key })
  await rm(copy, { recursive: true })
  const { context, here } = await checkpoints.known()
  expect(context['copy']).toMatchObject({ key: null, gone: copy })
  expect(here.has(key)).toBe(false)
  const names = { tasks: [], weak: [{ model: 'pretrained', checkpoint: 'copy' }], strong: [], methods: [] }
  expect(nameProblems(names, { sources: {}, checkpoints: context })[0]).toMatchObject({
    path: 'weak[0].checkpoint',
    expected: `a model whose files are where they were (${copy}): put them back, or add it at its new place`,
  })
})

test('a model that the queue needs is not removed', async () => {
  const { desk, store } = openDesk()
  const { key } = (await desk.get({ id: 'neox', source: 'hub' }))!
  const config = JSON.stringify({ role: 'weak', checkpoint: key })
  const stage = store.stages.ensure({
    key: 'a'.repeat(64),
    kind: 'train',
    role: 'weak',
    title: 'weak · Tiny NeoX',
    config,
  })
  const run = { id: 'r', name: 'R', question: '', spec: '{}', arms: '[]', createdAt: 1, queuedAt: 1, headline: '' }
  store.runs.insert({ ...run, endedAt: null, ended: null })
  store.runStages.insert('r', stage.id, 0, false)
  await expect(desk.remove('neox')).rejects.toThrow(
    'Tiny NeoX is needed by "weak · Tiny NeoX", which is in the queue. Cancel that run first.',
  )
  store.stages.claim(stage.id, 1)
  await expect(desk.remove('neox')).rejects.toMatchObject({ code: 'conflict' })
  store.stages.end(stage.id, 'cancelled', 2, '')
  store.runs.end('r', 'cancelled', 2)
  expect((await desk.remove('neox')).freedBytes).toBeGreaterThan(1000)
})

test('the lab lists models of the app, the catalogue and one’s own, also beside another process', async () => {
  const [home, cache] = [temporaryFolder(), temporaryFolder()]
  await openLab({ home, cache })
  const beside = await openLab({ home, cache, readOnly: true, librarian: built.entry('librarian') })
  const folder = join(temporaryFolder(), 'mine')
  await mkdir(folder)
  await cp(golden('tiny-gpt2'), folder, { recursive: true })
  expect(await beside.calls.modelAdd(folder)).toMatchObject({ id: 'mine', path: folder })
  const models = await beside.calls.models()
  expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(['minilm-l3', 'mine']))
  const weights = join(folder, 'model.safetensors')
  const bytes = await readFile(weights)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(weights, bytes)
  expect(await beside.calls.modelVerify('mine')).toMatchObject([{ file: 'model.safetensors' }])
  expect(await beside.calls.modelRemove('mine')).toEqual({ freedBytes: 0 })
})

test('progress is passed on now and then, new phases and the last word always', async () => {
  const heard: number[] = []
  const progress = throttled(({ done }) => heard.push(done), 20)
  for (const done of [1, 2, 3]) progress.report({ phase: 'a', done, total: 10 })
  progress.report({ phase: 'b', done: 4, total: 10 })
  for (const done of [5, 6]) progress.report({ phase: 'b', done, total: 10 })
  expect(heard).toEqual([1, 4])
  await delay(60)
  expect(heard).toEqual([1, 4, 6])
  progress.report({ phase: 'b', done: 7, total: 10 })
  progress.report({ phase: 'b', done: 8, total: 10 })
  progress.end()
  await delay(60)
  expect(heard).toEqual([1, 4, 6, 7])
})

test('time left is told from the mean rate, once there is one', () => {
  let now = 0
  const eta = createEta(() => now)
  const at = (time: number, done: number, total = 1000) => {
    now = time
    return eta({ phase: 'p', done, total })
  }
  expect(at(0, 400)).toBeNull()
  expect(at(500, 450)).toBeNull()
  expect(at(2000, 401)).toBeNull()
  // 100 of the remaining 600 took two seconds, and what was there before counts for nothing.
  expect(at(2000, 500)).toBe(10)
  expect(at(4000, 1001)).toBe(0)
  expect(at(5000, 0, 50)).toBeNull()
  expect(at(7000, 25, 50)).toBe(2)
})
