// NVIDIA's cards by their driver's own library, over one that tests break (src-native/nvml/fake), and nvidia-smi in its place.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Cards } from '../../src-main/data/machine/cards'
import { parseCards, parseUsers } from '../../src-main/data/machine/smi'
import { addonFile } from '../../src-main/engine/backends/native/addon'
import { cardMissing } from '../../src-main/engine/backends/native/card'
import { askNvml } from '../../src-main/engine/backends/native/nvml'
import { createCardReader, findWatch } from '../../src-main/engine/cards'
import type { CardWatch } from '../../src-main/engine/protocol'
import { cardReadings } from '../../src-main/engine/use'
import { CARDS, USERS } from '../data/machine/answers'
import { temporaryFolder } from '../store/temporary'
import { nativeMissing } from './runtimes'

const ZERO = 'GPU-00000000-0000-0000-0000-00000000000'

afterEach(() => void vi.unstubAllEnvs())

describe.skipIf(nativeMissing || process.platform !== 'linux')('NVML', () => {
  let [today, old] = ['', '']
  beforeAll(() => {
    const script = path.resolve(import.meta.dirname, '../../src-native/build.mjs')
    const made = execFileSync(process.execPath, [script, '--nvml'], { encoding: 'utf8' })
    ;[today, old] = made.trim().split('\n') as [string, string]
  })
  /** What it does from now on; see src-native/nvml/fake/fake.cpp. */
  const given = (conditions: Record<string, number>, library = today) => {
    const file = path.join(temporaryFolder(), 'nvml')
    writeFileSync(
      file,
      Object.entries(conditions)
        .map((entry) => `${entry.join(' ')}\n`)
        .join(''),
    )
    vi.stubEnv('W2S_NVML', library)
    vi.stubEnv('W2S_FAKE_NVML', file)
  }

  test('tells of a card at work, and of its programs, what nvidia-smi tells of it', async () => {
    const recorded: Cards = { cards: parseCards(CARDS.rtx4080), users: parseUsers(USERS.rtx4080), why: '' }
    // The same by a driver before 535, whose functions have other names.
    for (const library of [today, old]) {
      given({}, library)
      const told = await askNvml()
      expect(told.cards[0]!.busy).toBeCloseTo(0.07)
      expect({ ...told, cards: told.cards.map((card) => ({ ...card, busy: 0.07 })) }).toEqual(recorded)
      expect(cardReadings(told, 5022)).toEqual({ ...cardReadings(recorded, 5022), gpu: told.cards[0]!.busy })
    }
  })

  test('tells what slows a card down, errors of its memory, and many programs', async () => {
    given({ slowed: 0x45, errors: 2, programs: 150 })
    const { cards, users } = await askNvml()
    expect(cards).toMatchObject([{ slowedBy: ['its power limit', 'heat (by its hardware)'], memoryErrors: 2 }])
    expect(cards[0]!.trouble).toMatch(/^2 errors of the card’s memory could not be corrected/)
    expect(users).toHaveLength(150)
  })

  test('leaves out what a user may not ask, and keeps the rest', async () => {
    given({ power: 4 })
    const told = await askNvml()
    expect(told.cards).toMatchObject([{ watts: null, celsius: 46, trouble: '' }])
    const readings = cardReadings(told, 5022)
    expect(readings).not.toHaveProperty('gpuPower')
    expect(readings).toMatchObject({ gpuTemperature: 46, gpuMemory: 503 * 2 ** 20 })
  })

  test('tells of a lost card, and of one that waits for a reset, beside one that works', async () => {
    const works = { uuid: `${ZERO}0`, celsius: 46, trouble: '' }
    given({ cards: 3, 'at@2': 15, 'card@3': 16 })
    const { cards, why } = await askNvml()
    expect(cards).toMatchObject([
      works,
      { uuid: '', busy: null, trouble: 'The card does not answer its driver. Restart the machine.' },
      { usedBytes: null, trouble: 'The card waits to be reset: `sudo nvidia-smi --gpu-reset` does so.' },
    ])
    expect(why).toBe('')
    // It fell off its bus since.
    given({ cards: 1, 'card@1': 15 })
    expect((await askNvml()).cards).toMatchObject([
      { watts: null, trouble: expect.stringMatching(/does not answer/) as string },
    ])
  })

  test('says why it tells nothing', async () => {
    given({ cards: 0 })
    expect(await askNvml()).toEqual({ cards: [], users: [], why: 'The NVIDIA driver runs, and finds no card.' })
    given({ 'at@1': 999 })
    await expect(askNvml()).rejects.toThrow('NVML failed: Unknown Error.')
    given({}, '/nowhere/libnvidia-ml.so.1')
    await expect(askNvml()).rejects.toThrow(/^NVML cannot be opened: \/nowhere\/libnvidia-ml\.so\.1: .*No such file/)
    given({}, addonFile()!)
    await expect(askNvml()).rejects.toThrow(/w2s\.node has no nvmlInit_v2\.$/)
  })

  test('that is of another driver is told so once it starts, and works when the machine was restarted', async () => {
    // A library of its own, since what has started stays so.
    const fresh = path.join(temporaryFolder(), 'libnvidia-ml.so.1')
    execFileSync('cp', [today, fresh])
    given({ init: 18 }, fresh)
    await expect(askNvml()).rejects.toThrow('the old one is still loaded (driver/library version mismatch)')
    given({}, fresh)
    expect((await askNvml()).cards).toHaveLength(1)
  })

  test('a library that is not where it was said to be is told by its path', () => {
    vi.stubEnv('W2S_CUDA', '/nowhere/w2s-cuda.so')
    expect(cardMissing()).toMatch(/^There is no \/nowhere\/w2s-cuda\.so, which W2S_CUDA names/)
  })

  test('that hangs holds neither this process nor its end', () => {
    given({ hang: 1 })
    const code = `require(${JSON.stringify(addonFile())}).nvml(process.env.W2S_NVML); setTimeout(() => process.exit(7), 200)`
    expect(() => execFileSync(process.execPath, ['-e', code], { timeout: 20_000, stdio: 'pipe' })).toThrow(
      expect.objectContaining({ status: 7 }) as Error,
    )
  })

  test('is what the doctor says cards are watched by, else why it is not', async () => {
    given({})
    const works = await findWatch()
    expect(works).toMatchObject({ by: 'NVML', why: '', troubles: [] })
    expect(works.programs.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['ffmpeg', 503 * 2 ** 20],
      ['ffmpeg', 360 * 2 ** 20],
      ['/usr/bin/kwin_wayland', 25 * 2 ** 20],
    ])
    given({ errors: 2 })
    const [{ card, text }] = (await findWatch()).troubles as [CardWatch['troubles'][0]]
    expect(card).toEqual({ uuid: `${ZERO}0`, name: works.programs[0]!.card.name })
    expect(text).toMatch(/^2 errors of the card’s memory could not be corrected/)
    given({}, '/nowhere/libnvidia-ml.so.1')
    vi.stubEnv('PATH', temporaryFolder())
    const { by, why } = await findWatch()
    expect(by).toBeNull()
    expect(why).toMatch(/^NVML cannot be opened: .*\. There is no nvidia-smi: /)
  })
})

describe('a reader of cards', () => {
  const found: Cards = { cards: parseCards(CARDS.rtx4090), users: [], why: '' }
  const smi = () => Promise.resolve(found)

  test('takes nvidia-smi’s answer where NVML has none, with the reason', async () => {
    const read = createCardReader({ nvml: () => Promise.reject(new Error('NVML failed: no.')), smi })
    expect(await read()).toEqual({ ...found, by: 'nvidia-smi', whyNot: 'NVML failed: no.' })
  })

  test('waits for NVML so long and no longer, and asks it again only once it has answered', async () => {
    const answers: ((cards: Cards) => void)[] = []
    const nvml = vi.fn(() => new Promise<Cards>((resolve) => answers.push(resolve)))
    const read = createCardReader({ nvml, smi, patience: 20 })
    for (let i = 0; i < 2; i++)
      expect(await read()).toMatchObject({ by: 'nvidia-smi', whyNot: 'NVML gave no answer within 0.02 s.' })
    expect(nvml).toHaveBeenCalledTimes(1)
    answers[0]!(found)
    nvml.mockImplementation(smi)
    await Promise.resolve()
    await vi.waitFor(async () => expect(await read()).toEqual({ ...found, by: 'NVML', whyNot: '' }))
    expect(nvml).toHaveBeenCalledTimes(2)
  })
})
