import { freemem } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { parseCards, parseUsers } from '../../src-main/data/machine/smi'
import { loadBackend } from '../../src-main/engine/backends'
import { createRoom } from '../../src-main/lab/plan/room'
import { createPowerEstimator } from '../../src-main/lab/plan/energy'
import { likenessOf } from '../../src-main/lab/plan/estimates'
import { createRoomEstimator, plannedMemory } from '../../src-main/lab/plan/memory'
import { parameterCount } from '../../src-main/science/models/net'
import { planExperiment } from '../../src-main/science/plan/plan'
import { decoderOf } from '../../src-main/science/pretraining/decoder'
import { parseSpec } from '../../src-main/science/spec/parse'
import { roleOf, type Stage } from '../../src-main/science/stages'
import type { Store } from '../../src-main/store'
import { CARDS, USERS } from '../data/machine/answers'
import { nativeMissing } from '../engine/runtimes'
import { addRun, blank } from '../store/blank'
import { temporaryFolder } from '../store/temporary'

const MODEL = 'a'.repeat(64)
const SIZE = { parameters: 1e8, layers: 12, width: 768 }

function planned(strong: object, backend = 'cpu') {
  const parsed = parseSpec({
    ...{ version: 1, name: 'Room', tasks: ['spam'], weak: [{ model: 'words', words: 30 }], strong: [strong] },
    ...{ methods: [{ method: 'naive' }], seeds: [0] },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const source = { sha256: 'b'.repeat(64), title: 'Spam', classes: 2 }
  const checkpoint = { key: MODEL, title: 'Model', writes: false, ...SIZE }
  const { stages } = planExperiment(parsed.spec, {
    ...{ sources: { spam: source }, bundled: {}, backend, checkpoints: { model: checkpoint } },
  })
  return { stages, ceiling: stages.find((stage) => roleOf(stage) === 'ceiling')! }
}
const roomOf = (store: Store, stages: Stage[], stage: Stage, gpu = false, most = 1e9, cards: string[] = []) =>
  createRoomEstimator(store, stages, new Map([[MODEL, SIZE]]), { gpu, cards, threads: 2, room: () => most }).room(stage)

/** The stages as they stand in a store. */
function added(store: Store, stages: readonly Stage[]): void {
  addRun(store, 'run')
  for (const [position, stage] of stages.entries()) {
    const { key, kind, title, config } = stage
    const { id } = store.stages.ensure({ key, kind, role: roleOf(stage), title, config: JSON.stringify(config) })
    for (const [role, need] of Object.entries(stage.needs)) store.needs.insert(id, role, need)
    store.runStages.insert('run', id, position, false)
  }
}

test('a training holds weights, gradients and two moments in single precision, and activations of its batch', () => {
  const { stages, ceiling } = planned({ model: 'pretrained', checkpoint: 'model', tokens: 24 })
  const room = roomOf(blank(), stages, ceiling)
  const { weights, gradients, moments, activations, workspace, inputs, process, total, seen } = room
  expect([weights, gradients, moments, seen]).toEqual([4e8, 4e8, 8e8, false])
  // 32 texts of 850 letters, cut at the longest that is read, through 12 blocks.
  expect(activations).toBe(4 * 32 * 24 * 12 * 11 * 768)
  // The blocks' weights once more, and what a block needs there and back.
  expect(workspace).toBe(4 * 12 * 12 * 768 ** 2 + 4 * 32 * 24 * 12 * 768)
  expect(total).toBe(weights + gradients + moments + activations + workspace + inputs + process)
  // What there is no room for goes in parts.
  const parted = roomOf(blank(), stages, ceiling, false, 1e8)
  expect(parted.activations).toBe(1e8)
  expect(parted.workspace).toBeCloseTo(4 * 12 * 12 * 768 ** 2 + (1e8 / 12 / 11) * 12, 0)
})

test('on a card there are the driver’s context and a workspace that grows ahead; what computes elsewhere takes nothing', () => {
  const { stages, ceiling } = planned({ model: 'pretrained', checkpoint: 'model', tokens: 24 }, 'cuda')
  const { activations, workspace, process } = roomOf(blank(), stages, ceiling, true)
  const beside = 2 ** 25 + 4 * 32 * 24 * 25 * 768
  expect(process).toBe(5e8)
  expect(workspace).toBe(2 * beside + activations)
  // No further than to the room that there is.
  expect(roomOf(blank(), stages, ceiling, true, activations).workspace).toBe(beside)
  const data = stages.find(({ kind }) => kind === 'data')!
  expect(roomOf(blank(), stages, data, true)).toMatchObject({ total: 0, process: 0 })
  expect(roomOf(blank(), stages, data).total).toBe(1.4e8)
})

test('what a card may keep goes by the largest that is used, of the machine no more than is of use', () => {
  const reserve = { memoryBytes: 1e9, gpuBytes: 1e9 }
  const cards = [8e9, 24e9].map((memory, i) => ({ number: i + 1, uuid: `GPU-${memory}`, name: 'Any', memory }))
  const chosen = { gpu: true } as NonNullable<Parameters<typeof plannedMemory>[0]>
  expect(plannedMemory(chosen, cards, reserve, 1).room(4e9)).toBe((24e9 - 1e9 - 0.5e9 - 4e9) * 0.6)
  expect(plannedMemory(chosen, cards, reserve, 1).cards).toEqual(['GPU-24000000000', 'GPU-8000000000'])
  expect(plannedMemory(chosen, [], reserve, 1).room(4e9)).toBe(1e9)
  expect(plannedMemory(null, [], { ...reserve, memoryBytes: 1e15 }, 1)).toMatchObject({ gpu: false })
  expect(plannedMemory(null, [], { ...reserve, memoryBytes: 1e15 }, 1).room(4e9)).toBe(64e6)
  expect(plannedMemory(null, [], { ...reserve, memoryBytes: 0 }, 1).room(4e9)).toBeLessThanOrEqual(1e9)
})

test('moments in bf16 are half as large', () => {
  const { stages, ceiling } = planned({ model: 'pretrained', checkpoint: 'model', moments: 'bf16' }, 'cuda')
  expect(roomOf(blank(), stages, ceiling, true)).toMatchObject({ weights: 4e8, gradients: 4e8, moments: 4e8 })
})

test('of last blocks that alone are trained, only these have gradients and moments', () => {
  const { stages, ceiling } = planned({ model: 'pretrained', checkpoint: 'model', tune: 'last', blocks: 3 })
  expect(roomOf(blank(), stages, ceiling)).toMatchObject({ weights: 4e8, gradients: 1e8, moments: 2e8 })
})

test.skipIf(nativeMissing)(
  'a language model that begins from nothing is told to take what its learner holds',
  async () => {
    const shape = { vocabulary: 512, context: 128, width: 64, layers: 3, heads: 2, inner: 160 }
    const [rows, training] = [8, { batchTokens: 8 * 128, steps: 1, precision: 'fp32' }]
    const config = { ...shape, training, backend: 'cpu', seed: 0 }
    const stage = { key: 'k', kind: 'language', title: 'Any', config, needs: { tokens: 't' } } as unknown as Stage
    const { process, total, weights } = roomOf(blank(), [stage], stage)
    const learner = await (await loadBackend('cpu')).create(decoderOf(shape), { seed: 0 }, { activationBytes: 1e9 })
    onTestFinished(() => learner.dispose())
    const tokens = Int32Array.from({ length: rows * 128 }, (_, i) => (i * 31) % 512)
    await learner.lmStep({ n: rows, tokens, offsets: Int32Array.from({ length: rows + 1 }, (_, i) => 128 * i) })
    await learner.step({ lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, clipNorm: 1 })
    const held = await learner.memory()
    const all = held.weights + held.mirrors + held.gradients + held.moments + held.activations
    expect(weights).toBe(held.weights)
    expect(Math.abs((total - process) / all - 1)).toBeLessThan(0.15)
  },
)

test.skipIf(nativeMissing)('a model that is only asked is told to take what its learner holds', async () => {
  const net = decoderOf({ vocabulary: 512, context: 128, width: 64, layers: 3, heads: 2, inner: 160 })
  const size = { layers: 3, width: 64, parameters: parameterCount(net) }
  const config = {
    checkpoint: MODEL,
    backend: 'cpu',
    tokens: 128,
    shots: 0,
    instruction: '',
    template: '{text} {answer}',
  }
  const stage = { key: 'k', kind: 'prompt', config, title: 'Any', needs: { data: 'd' } } as unknown as Stage
  const memory = { gpu: false, cards: [], threads: 2, room: () => 1e9 }
  const { activations } = createRoomEstimator(blank(), [stage], new Map([[MODEL, size]]), memory).room(stage)
  const learner = await (await loadBackend('cpu')).create(net, { seed: 0 }, { trainBlocks: 0, threads: 2 })
  onTestFinished(() => learner.dispose())
  const tokens = Int32Array.from({ length: 500 * 30 }, (_, i) => (i * 31) % 512)
  const offsets = Int32Array.from({ length: 501 }, (_, i) => 30 * i)
  await learner.score({ n: 500, tokens, offsets, from: new Int32Array(500).fill(28) })
  const held = await learner.memory()
  expect(Math.abs(activations / held.activations - 1)).toBeLessThan(0.3)
})

test('what past stages of the like took here goes before what sizes say', () => {
  const { stages, ceiling } = planned({ model: 'pretrained', checkpoint: 'model', tokens: 24 }, 'cuda')
  const store = blank()
  added(store, stages)
  const { id } = store.stages.byKey(ceiling.key)!
  store.stages.claim(id, 1)
  for (const [i, memory] of [2e9, 2.5e9, 2.2e9].entries())
    store.use.insert({ stage: id, attempt: 1 }, { at: 2 * i + 2, seconds: 2, readings: { memory } })
  // Not finished yet, it says nothing.
  expect(roomOf(store, stages, ceiling).seen).toBe(false)
  store.stages.finish(id, 9)
  const room = roomOf(store, stages, ceiling)
  expect(room).toMatchObject({ total: 2.5e9, seen: true, weights: 4e8 })
  const { weights, gradients, moments, activations, workspace, inputs } = room
  expect(room.process).toBe(2.5e9 - weights - gradients - moments - activations - workspace - inputs)
  // A student of the same model is its like.
  const student = stages.find((stage) => roleOf(stage) === 'student')!
  expect(roomOf(store, stages, student).total).toBe(2.5e9)
  expect(roomOf(store, stages, ceiling, true).seen).toBe(false)
  // The same in other numbers is not.
  for (const numbers of [{ precision: 'bf16' }, { moments: 'bf16' }]) {
    const other = planned({ model: 'pretrained', checkpoint: 'model', ...numbers }, 'cuda')
    expect(roomOf(store, other.stages, other.ceiling)).toMatchObject({ seen: false })
  }
})

test('of several cards memory and power go by what was read on the one that is asked about', () => {
  const { stages, ceiling } = planned({ model: 'pretrained', checkpoint: 'model', tokens: 24 }, 'cuda')
  const of = (role: string) => stages.find((stage) => roleOf(stage) === role)!
  const store = blank()
  added(store, stages)
  const past = (role: string, gpuMemory: number, gpuPowerShare: number, uuid: string | null) => {
    const { id } = store.stages.byKey(of(role).key)!
    store.stages.claim(id, 1)
    store.use.insert({ stage: id, attempt: 1 }, { at: 2, seconds: 2, readings: { gpuMemory, gpuPowerShare } })
    if (uuid !== null) store.cards.insert(id, 1, { uuid, name: 'Any' })
    store.stages.finish(id, 9)
  }
  past('ceiling', 9e9, 300, 'GPU-1')
  past('student', 4e9, 100, 'GPU-2')
  const total = (...cards: string[]) => roomOf(store, stages, ceiling, true, 1e9, cards).total
  expect([total('GPU-1'), total('GPU-2')]).toEqual([9e9, 4e9])
  // A plan is held against the first, the largest; a card that nothing was read of goes by all, as one whose uuid is not told.
  expect([total('GPU-2', 'GPU-1'), total('GPU-3'), total('')]).toEqual([4e9, 9e9, 9e9])
  const watts = (stage: Stage, cards: string[], gpu = true) =>
    createPowerEstimator(store, { gpu, cards, threads: 2, room: () => 1 })(stage, likenessOf(stage, stages[0]!.config))
  expect(watts(ceiling, ['GPU-1'])).toBe(300)
  expect(watts(ceiling, ['GPU-2'])).toBe(100)
  expect(watts(ceiling, ['GPU-1', 'GPU-2'])).toBe(200)
  // What is like nothing that was read takes what is usual there; what computes on no card, or where there is none, nothing.
  const other = planned({ model: 'pretrained', checkpoint: 'model', precision: 'bf16' }, 'cuda').ceiling
  expect(watts(other, ['GPU-2'])).toBe(100)
  expect([watts(stages[0]!, ['GPU-2']), watts(ceiling, [], false)]).toEqual([null, null])
})

test('what is free is told beside what the settings leave alone, on a card with who else computes there', async () => {
  const home = temporaryFolder()
  const reserve = () => ({ memoryBytes: 1e9, gpuBytes: 2e9 })
  const machine = await createRoom({
    home,
    reserve,
    onGpu: () => false,
    cards: () => Promise.reject(new Error('Asked.')),
  })()
  expect(machine).toMatchObject({ of: 'machine', reserveBytes: 1e9, others: [] })
  expect(machine.availableBytes).toBe(machine.freeBytes! - 1e9)
  expect(Math.abs(machine.freeBytes! - freemem())).toBeLessThan(2e9)
  const cards = (text: string, users = '') =>
    createRoom({
      ...{ home, reserve, onGpu: () => true },
      cards: () => Promise.resolve({ cards: parseCards(text), users: parseUsers(users), why: '' }),
    })()
  const free = (16376 - 1474) * 2 ** 20
  expect(await cards(CARDS.rtx4080, USERS.rtx4080)).toMatchObject({
    ...{ of: 'gpu', device: 'NVIDIA GeForce RTX 4080 SUPER', freeBytes: free, availableBytes: free - 2e9 },
    others: [{ name: 'ffmpeg', bytes: 503 * 2 ** 20 }, { name: 'ffmpeg' }, { name: '/usr/bin/kwin_wayland' }],
  })
  // Full to the brim: nothing is available, which is not less than nothing.
  expect(await cards(CARDS.laptop)).toMatchObject({ availableBytes: 0 })
  expect(await cards(CARDS.a100)).toMatchObject({ freeBytes: null, availableBytes: null, device: '' })
  expect(await cards(CARDS.full, USERS.full)).toMatchObject({
    ...{ freeBytes: 454 * 2 ** 20, availableBytes: 0 },
    others: [
      { name: 'python3', bytes: 22528 * 2 ** 20 },
      { name: '/usr/lib/xorg/Xorg', bytes: 310 * 2 ** 20 },
    ],
  })
  // Of a part of a card nothing is told; of one whose memory fails, that.
  expect(await cards(CARDS.mig)).toMatchObject({
    freeBytes: null,
    why: 'The card is divided (MIG), and its driver does not say what is free in the part that computes.',
  })
  const [, failing] = CARDS.a100.trimEnd().split('\n')
  const failed = await cards(`${failing}\n`)
  expect(failed.freeBytes).toBe((81920 - 35307) * 2 ** 20)
  expect(failed.why).toMatch(/^2 errors of the card’s memory could not be corrected .* `sudo nvidia-smi --gpu-reset`/)
})

test('of several cards that which stages can be put on and that has most room is told of', async () => {
  const found = { cards: parseCards(CARDS.a100), users: [], why: '' }
  const sources = { home: temporaryFolder(), reserve: () => ({ memoryBytes: 0, gpuBytes: 0 }), onGpu: () => true }
  const free = async (usable: string[]) =>
    (await createRoom({ ...sources, usable: () => usable, cards: () => Promise.resolve(found) })()).freeBytes
  const [first, second] = found.cards.map(({ uuid }) => uuid) as [string, string]
  expect(await free([first, second])).toBe((81920 - 30363) * 2 ** 20)
  expect(await free([second])).toBe((81920 - 35307) * 2 ** 20)
})
