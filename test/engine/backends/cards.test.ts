// An NVIDIA card from the probe to the choice, over a library that a test breaks (src-native/cuda/fake).
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { chooseBackend } from '../../../src-main/engine/backends/choice'
import { selfTestName } from '../../../src-main/engine/backends/self-test'
import { forgetKept } from '../../../src-main/engine/backends/kept'
import { createProber } from '../../../src-main/engine/backends/probe'
import { distrustCards, unloadable, type Prober } from '../../../src-main/engine/backends/trial'
import { findWatch } from '../../../src-main/engine/cards'
import { runErrand } from '../../../src-main/engine/errands'
import type { Message } from '../../../src-main/engine/protocol'
import { buildEngine } from '../built'
import { fakeCard, fakeLt, type Conditions } from '../card'
import { nativeMissing } from '../runtimes'

/** Milliseconds: an emulated card is slow, and slower where the machine has other work. */
const PATIENCE = 300_000

describe.skipIf(nativeMissing || process.platform !== 'linux')('an NVIDIA card', () => {
  const card = fakeCard()
  let built: Awaited<ReturnType<typeof buildEngine>>
  beforeAll(async () => {
    built = await buildEngine()
    for (const [name, value] of Object.entries(card.env)) vi.stubEnv(name, value)
    vi.stubEnv('W2S_CACHE', path.join(path.dirname(card.env.W2S_FAKE_CARD), 'cache'))
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await built.remove()
  })
  const filesOf = (what: string) => {
    const folder = path.join(process.env['W2S_CACHE']!, 'native')
    return readdirSync(folder).flatMap((name) => (name.startsWith(what) ? [path.join(folder, name)] : []))
  }
  const kept = (what: string) => filesOf(what).length
  const probed = (conditions: Conditions, patience = PATIENCE) => {
    card.set(conditions)
    return createProber(built.entry, patience)('cuda', false)
  }
  const chosenOn = (conditions: Conditions) => {
    card.set(conditions)
    return chooseBackend('auto', createProber(built.entry, PATIENCE), { forGpu: (id) => id === 'cuda' })
  }

  test(
    'is tested once for a driver, a card and a library, and again when it is another or has failed',
    async () => {
      const sound: Conditions = { quick: 1, name: 'RTX', compute: 8.6, driver: '550.1', memory: 24e9 }
      const first = await probed(sound)
      expect(first).toMatchObject({
        id: 'cuda',
        loadable: true,
        why: '',
        gpu: true,
        precisions: ['fp32', 'tf32', 'bf16'],
      })
      expect(first.device).toBe('RTX (compute 8.6, driver 550.1)')
      expect(first.selfTest!.worstError).toBeLessThan(1e-4)
      expect(first.selfTest!.tokensPerSecond).toBeGreaterThan(0)
      const { devices, products, files, table, watch, ...driver } = first.card!
      expect(driver).toEqual({ driver: '550.1', cuda: '12.4', runtime: '12.4' })
      expect(products).toMatchObject({ choices: '', why: 'an emulated card has no cuBLASLt but that of W2S_CUBLASLT' })
      expect(devices).toMatchObject([{ name: 'RTX', compute: '8.6', memory: 24e9 }])
      expect(files.map((file) => path.basename(file)).toSorted()).toEqual(['w2s-cuda-fake.so', 'w2s.node'])
      expect(watch).toEqual(await findWatch())
      expect(table!.weights).toBeGreaterThan(1e6)
      const { free, other, ...ours } = table!
      expect(free + other + Object.values(ours).reduce((a, b) => a + b)).toBeCloseTo(24e9, -1)

      const trial = JSON.parse(readFileSync(filesOf('card-trial')[0]!, 'utf8')) as { depends: string[] }
      expect(trial.depends).toEqual(expect.arrayContaining(['550.1', first.version, selfTestName()]))
      expect((await probed(sound)).selfTest).toEqual(first.selfTest)
      const renewed = await probed({ ...sound, driver: '560.2' })
      expect(renewed.selfTest!.at).toBeGreaterThan(first.selfTest!.at)
      expect(kept('card-trial')).toBe(2)
      distrustCards()
      expect(kept('card-trial')).toBe(0)
    },
    PATIENCE,
  )

  test(
    'that gives wrong numbers is passed over, with that said, and not kept',
    async () => {
      const choice = await chosenOn({ wrong: 1 })
      expect(choice).toMatchObject({ id: 'cpu', next: null })
      expect(choice.reason).toMatch(
        /^NVIDIA card gives wrong numbers here: in its self-test it gave values that are missing or no numbers\. Native engine passed/,
      )
      expect(kept('card-trial')).toBe(0)
    },
    PATIENCE,
  )

  describe('beside cuBLASLt', () => {
    const lt = fakeLt()
    const free = { cost: -100, quick: 1 }
    beforeEach(() => {
      lt.set(free)
      for (const [name, value] of Object.entries(lt.env)) vi.stubEnv(name, value)
    })
    afterEach(() => {
      for (const name of [...Object.keys(lt.env), 'W2S_CUDA_LT']) vi.stubEnv(name, undefined)
    })

    test(
      'goes by choices that are kept for its version, and named with the device',
      async () => {
        const first = await probed({ quick: 1 })
        const { choices, ...products } = first.card!.products!
        expect(products).toEqual({ version: '13.1.0', file: lt.file, why: '' })
        expect(first.device).toBe(`Fake card (compute 8.9, driver 550.54.14, cuBLASLt 13.1.0, choices ${choices})`)
        expect(first.card!.files).toContain(lt.file)
        expect(first.selfTest!.passed).toBe(true)
        lt.set({ ...free, cost: 500 })
        expect((await probed({ quick: 1 })).device).toBe(first.device)
        expect(kept('products')).toBe(1)
        lt.set({ ...free, version: 130200 })
        const renewed = await probed({ quick: 1 })
        expect(renewed.card!.products).toMatchObject({ version: '13.2.0' })
        expect(renewed.card!.products!.choices).not.toBe(choices)
        expect(kept('products')).toBe(2)
      },
      PATIENCE,
    )

    test(
      'whose results are wrong computes by itself, and by itself where it is told to',
      async () => {
        lt.set({ ...free, version: 130300, wrong: 1 })
        expect((await probed({ quick: 1 })).selfTest!.passed).toBe(true)
        vi.stubEnv('W2S_CUDA_LT', '0')
        const without = await probed({ quick: 1 })
        expect(without.device).toBe('Fake card (compute 8.9, driver 550.54.14)')
        expect(without.card!.products).toEqual({
          ...{ version: '', file: '', choices: '' },
          why: 'W2S_CUDA_LT=0 leaves cuBLASLt out',
        })
      },
      PATIENCE,
    )

    test(
      'that fails at work says how it is left out',
      async () => {
        await probed({ quick: 1 })
        lt.set({ ...free, fail: 'Matmul' })
        distrustCards()
        expect((await probed({ quick: 1 })).why).toBe(
          'The NVIDIA card failed its self-test (cuBLASLt: cublasLtMatmul gave status 14). Own kernels make all products where `W2S_CUDA_LT=0` is set.',
        )
      },
      PATIENCE,
    )
  })

  test.each<[string, Conditions, string]>([
    ['no driver', { error: 35, cuda: 0, driver: '' }, 'There is no NVIDIA driver. `sudo ubuntu-drivers install`'],
    [
      'an old driver',
      { error: 35, cuda: 11040, driver: '470.8' },
      'driver 470.8 is too old: it takes CUDA 11.4, the library was made with 12.4. `sudo ubuntu-drivers install`',
    ],
    [
      'a driver that says that it is old, and is not',
      { error: 35 },
      'The NVIDIA driver 550.54.14 says that it is too old for the library (error 35), though it takes CUDA 12.4, and the library was made with 12.4. `nvidia-smi` says how the card is.',
    ],
    [
      'an old driver of a version that is not told',
      { error: 35, cuda: 11040, driver: '' },
      'The NVIDIA driver is too old:',
    ],
    [
      'an unsupported toolchain',
      { error: 222 },
      'The driver does not take what the library’s tools made (unsupported toolchain), as older ones do not. `sudo ubuntu-drivers install`',
    ],
    ['no card', { error: 100 }, 'The driver sees no card. `nvidia-smi -L`'],
    ['memory errors', { error: 214 }, '`sudo nvidia-smi --gpu-reset`'],
    ['what nobody knows', { error: 4711 }, 'the NVIDIA driver: error 4711. `nvidia-smi` says how the card is.'],
  ])(
    'is passed over where there is %s, with what mends it',
    async (_, conditions, why) => {
      const report = await probed(conditions)
      expect(report).toMatchObject({ loadable: false, selfTest: null })
      expect(report.why).toContain(why)
    },
    60_000,
  )

  test.each<[string, Conditions, RegExp]>([
    [
      'is full',
      { memory: 24e9, room: 1e3 },
      /^The NVIDIA card has not enough memory for its self-test: \S+ GB more were asked for, \S+ GB of 24 GB are free\. `nvidia-smi` lists what holds it; it works once that has ended\.$/,
    ],
    [
      'fails',
      { fault: 719 },
      /^The NVIDIA card failed its self-test \(.*error 719\)\. `nvidia-smi` says how the card is\.$/,
    ],
  ])(
    'that %s at its self-test says that, and is told with its driver',
    async (_, conditions, why) => {
      const { loadable, card, ...report } = await probed({ ...conditions, driver: '560.1' })
      expect(report.why).toMatch(why)
      expect(loadable).toBe(false)
      expect(card).toMatchObject({ driver: '560.1', cuda: '12.4', devices: [{ name: 'Fake card' }], table: null })
      expect(card!.watch).toEqual(await findWatch())
    },
    60_000,
  )

  test('whose driver hangs is given up', async () => {
    const report = await probed({ hang: 1 }, 3000)
    expect(report.why).toBe('NVIDIA card did not answer within 3 s. Its driver hangs: `sudo reboot` ends that.')
  }, 60_000)

  test(
    'is chosen where it is the fastest, with what computes the nets that it has no kernels for',
    async () => {
      const choice = await chosenOn({ quick: 1 })
      expect(choice).toMatchObject({
        id: 'cuda',
        device: 'Fake card (compute 8.9, driver 550.54.14)',
        next: { id: 'cpu' },
      })
      expect(choice.reason).toMatch(/^There is an NVIDIA card; NVIDIA card passed its self-test/)
      expect(choice.next!.reason).toMatch(/^NVIDIA card does not compute this; Native engine passed its self-test/)
      expect(await chooseBackend('cuda', createProber(built.entry, PATIENCE))).toMatchObject({
        id: 'cuda',
        next: { id: 'cpu' },
      })
    },
    PATIENCE,
  )

  test(
    'that is left alone is passed over, and refused where it is asked for',
    async () => {
      card.set({ quick: 1, cards: 2, 'name@1': 'Large', 'name@2': 'Small' })
      const probe = createProber(built.entry, PATIENCE)
      const choose = (wanted: 'auto' | 'cuda', ...leftAlone: number[]) =>
        chooseBackend(wanted, probe, { leftAlone, forGpu: (id) => id === 'cuda' })
      expect(await choose('auto', 1)).toMatchObject({ id: 'cuda', cards: [{ number: 1 }, { number: 2 }] })
      const why =
        'Every NVIDIA card that passed its self-test is left alone (card 1, Large; card 2, Small): let stages be put on one, in Settings or by --on-cards.'
      const others = await choose('auto', 1, 2)
      expect(others).toMatchObject({ id: 'cpu', cards: [], next: null })
      expect(others.reason).toContain(`${why} Native engine passed its self-test`)
      await expect(choose('cuda', 1, 2)).rejects.toThrow(why)
    },
    PATIENCE,
  )

  describe('whose speed was measured', () => {
    const speeds: Record<string, number> = {}
    let uuid = ''
    const probe: Prober = async (id, timed) => {
      if (id !== 'cuda' && id !== 'cpu') return unloadable(id, 'It is not asked for.')
      const { selfTest, card, ...report } = await createProber(built.entry, PATIENCE)(id, false)
      const tokensPerSecond = timed || id === 'cuda' ? speeds[id]! : 0
      const devices = card?.devices.map((device) => ({ ...device, uuid })) ?? []
      return { ...report, selfTest: { ...selfTest!, tokensPerSecond }, card: card && { ...card, devices } }
    }
    const measured = (cuda: number, cpu: number) => Object.assign(speeds, { cuda, cpu })
    const choose = () => chooseBackend('auto', probe, { forGpu: (id) => id === 'cuda' })
    /** What the Doctor tells. */
    async function examined(cuda: number, cpu: number) {
      measured(cuda, cpu)
      const errand = { type: 'report' as const, wanted: 'auto' as const, leftAlone: [] }
      const found = await runErrand(errand, probe, () => {}, new AbortController().signal)
      return (found as Extract<Message, { type: 'report' }>).chosen!
    }
    beforeEach(() => {
      uuid = 'GPU-1'
      card.set({ quick: 1 })
      forgetKept('card-speed')
    })

    test(
      'is passed over where it is slower, by what was measured once of this very card',
      async () => {
        measured(1000, 2000)
        const choice = await choose()
        expect(choice).toMatchObject({ id: 'cpu', next: null })
        expect(choice.reason).toContain(
          'NVIDIA card is slower here than Native engine (1,000 tokens a second in training, 2,000); Native engine passed',
        )
        measured(9000, 2000)
        expect((await choose()).id).toBe('cpu')
        uuid = 'GPU-2'
        expect((await choose()).id).toBe('cuda')
        expect(kept('card-speed')).toBe(2)
      },
      PATIENCE,
    )

    test(
      'is chosen by what the Doctor measures anew, and not back and forth',
      async () => {
        measured(1000, 2000)
        await choose()
        const near = await examined(2100, 2000)
        expect(near.id).toBe('cpu')
        expect(near.reason).toContain(
          'NVIDIA card is less than a tenth faster here than Native engine (2,100 tokens a second in training, 2,000);',
        )
        expect((await choose()).reason).toBe(near.reason)
        expect((await examined(2300, 2000)).id).toBe('cuda')
        expect((await examined(1900, 2000)).id).toBe('cuda')
        expect((await choose()).id).toBe('cuda')
        expect((await examined(1800, 2000)).reason).toContain('(1,800 tokens a second in training, 2,000)')
        expect(kept('card-speed')).toBe(1)
      },
      PATIENCE,
    )
  })
})
