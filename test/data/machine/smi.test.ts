import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cardOf } from '../../../src-main/data/machine/cards'
import { askCards, parseCards, parseUsers, SmiError, whyNone } from '../../../src-main/data/machine/smi'
import { temporaryFolder } from '../../store/temporary'
import { CARDS, FAILURES, USERS } from './answers'

describe('a card', () => {
  test('at work tells everything but errors of a memory that counts none', () => {
    expect(parseCards(CARDS.rtx4080)).toEqual([
      {
        uuid: 'GPU-00000000-0000-0000-0000-000000000000',
        driver: '595.71.05',
        name: 'NVIDIA GeForce RTX 4080 SUPER',
        busy: 0.07,
        memoryBytes: 16376 * 2 ** 20,
        usedBytes: 1474 * 2 ** 20,
        celsius: 46,
        watts: 84.24,
        megahertz: 2805,
        memoryMegahertz: 11251,
        slowedBy: [],
        memoryErrors: null,
        parted: false,
        trouble: '',
      },
    ])
  })

  test('that idles is not slowed down', () => {
    expect(parseCards(CARDS.rtx4090)[0]).toMatchObject({ busy: 0, watts: 22, slowedBy: [] })
  })

  test('of a laptop has no power, which is not none', () => {
    expect(parseCards(CARDS.laptop)[0]).toMatchObject({ watts: null, slowedBy: ['heat'], usedBytes: 3890 * 2 ** 20 })
  })

  test('beside another one tells its own limits and the errors of its memory', () => {
    const [first, second] = parseCards(CARDS.a100)
    expect(first).toMatchObject({ busy: 1, memoryErrors: 0, slowedBy: [] })
    expect(second).toMatchObject({ memoryErrors: 2, slowedBy: ['its power limit', 'heat (by its hardware)'] })
  })

  test('whose memory fails says so, as do one that waits for a reset and one that is lost', () => {
    const troubles = (text: string) => parseCards(text).map(({ trouble }) => trouble)
    expect(troubles(CARDS.a100)).toEqual([
      '',
      '2 errors of the card’s memory could not be corrected since its driver was loaded: what it computes may be wrong. `sudo nvidia-smi --gpu-reset` clears that; if it comes again, the card is broken.',
    ])
    expect(troubles(CARDS.broken)).toEqual([
      'The card waits to be reset: `sudo nvidia-smi --gpu-reset` does so.',
      'The card does not answer its driver. Restart the machine.',
    ])
    expect(parseCards(CARDS.broken)[0]).toMatchObject({ busy: null, memoryBytes: null, slowedBy: null })
  })

  test('that is divided tells no utilisation, and of all its parts together what is used', () => {
    expect(parseCards(CARDS.mig)).toMatchObject([{ parted: true, busy: null, usedBytes: 36537 * 2 ** 20, trouble: '' }])
  })

  test('whose driver says next to nothing keeps what it says', () => {
    const none = { busy: null, watts: null, megahertz: null, slowedBy: null, memoryErrors: null }
    expect(parseCards(CARDS.silent)).toMatchObject([{ ...none, memoryBytes: 10240 * 2 ** 20, celsius: 54 }])
  })

  test.each([
    ['units', CARDS.rtx4080.replace('16376', '16376 MiB')],
    ['fewer fields', CARDS.rtx4080.replace(', 84.24', '')],
    ['a mask that is none', CARDS.rtx4080.replace('0x0000000000000000', 'Active')],
    ['another program', 'nvidia-smi: command not found\n'],
  ])('is not made up from %s', (_, text) => {
    expect(() => parseCards(text)).toThrow(SmiError)
  })
})

describe('programs on a card', () => {
  test('are told with what they hold', () => {
    expect(parseUsers(USERS.rtx4080).map(({ pid, name, bytes }) => [pid, name, bytes! / 2 ** 20])).toEqual([
      [2165, '/usr/bin/kwin_wayland', 25],
      [5022, 'ffmpeg', 503],
      [5021, 'ffmpeg', 360],
    ])
  })

  test('have any names', () => {
    const names = ['/opt/tools/mem? hog', '/opt/tools/mem "q" hog', '/opt/tools/mem, hog']
    expect(parseUsers(USERS.names).map(({ name }) => name)).toEqual(names)
  })

  test('hold what is not known under Windows, and are left out where they may not be seen', () => {
    expect(parseUsers(USERS.windows)).toMatchObject([
      { pid: 2056, name: 'C:\\Windows\\System32\\dwm.exe', bytes: null },
    ])
    expect(parseUsers(USERS.hidden)).toEqual([])
    expect(parseUsers('')).toEqual([])
  })

  test('say which card a process computes on; without that the only one is meant, and of several none', () => {
    const [one, two] = [parseCards(CARDS.rtx4080), parseCards(CARDS.a100)]
    expect(cardOf({ cards: one, users: [], why: '' }, 7)).toBe(one[0])
    expect(cardOf({ cards: two, users: parseUsers(USERS.rtx4080), why: '' }, 5021)).toBe(two[1])
    expect(cardOf({ cards: two, users: [], why: '' }, 5021)).toBeNull()
  })
})

describe('where there is none', () => {
  test.each([
    ['mismatch', 'Restart the machine'],
    ['noDriver', 'is not running'],
    ['noDevices', 'finds no card'],
    ['lost', 'does not answer its driver'],
    ['unknown', 'does not answer its driver'],
  ] as const)('%s says so', (failure, words) => {
    expect(whyNone(FAILURES[failure])).toContain(words)
  })

  test('an answer that nobody knows is told as it is, as is none', () => {
    expect(whyNone({ code: 255, stdout: '', stderr: 'NVML: Unknown Error\nmore' })).toBe(
      'nvidia-smi ended with 255: NVML: Unknown Error',
    )
    expect(whyNone({ code: null, stdout: '', stderr: '' })).toContain('no answer within 10 s')
  })
})

/** A program of that name, first on the path, that answers as told: a file for each kind of question, or a failure. */
function standIn(script: string): void {
  const folder = temporaryFolder()
  const file = join(folder, 'nvidia-smi')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  const { PATH } = process.env
  process.env.PATH = `${folder}${delimiter}${PATH}`
  onTestFinished(() => void (process.env.PATH = PATH))
}
const say = (text: string) => `cat <<'EOT'\n${text.trimEnd()}\nEOT`

describe.skipIf(process.platform === 'win32')('the program', () => {
  test('is asked for cards and for programs', async () => {
    standIn(`case "$1" in *compute-apps*) ${say(USERS.rtx4080)}\n;; *) ${say(CARDS.rtx4080)}\n;; esac`)
    const { cards, users, why } = await askCards()
    expect([cards.length, users.length, why]).toEqual([1, 3, ''])
  })

  test('is asked by the older name where it does not know the newer', async () => {
    const old = FAILURES.oldField.stdout
    standIn(`case "$1" in *compute-apps*) ;; *event_reasons*) ${say(old)}\nexit 2 ;; *) ${say(CARDS.laptop)}\n;; esac`)
    expect(await askCards()).toMatchObject({ cards: [{ slowedBy: ['heat'] }], users: [], why: '' })
  })

  test('that fails, or says what is not understood, leaves a reason and no card', async () => {
    standIn(`${say(FAILURES.mismatch.stdout)}\nexit 18`)
    expect(await askCards()).toMatchObject({ cards: [], why: expect.stringContaining('version mismatch') as string })
    standIn(say('hello'))
    expect(await askCards()).toMatchObject({ cards: [], why: expect.stringContaining('not understood') as string })
  })

  test('that is not there is told as no driver', async () => {
    const { PATH } = process.env
    process.env.PATH = temporaryFolder()
    onTestFinished(() => void (process.env.PATH = PATH))
    expect((await askCards()).why).toContain('There is no nvidia-smi')
  })
})
