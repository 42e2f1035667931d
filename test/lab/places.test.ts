import { describe, expect, test } from 'vitest'
import type { Lane } from '../../src-main/lab/queue/lane'
import { createPlaces } from '../../src-main/lab/queue/places'
import { createStopwatch } from '../../src-main/lab/threads/stopwatch'
import type { StageRow } from '../../src-main/store'

type Card = { number: number; uuid: string; name: string; memory: number; fault: string; lacked: number }
const GIGA = 1e9
const sound = { fault: '', lacked: Infinity }
const large: Card = { number: 1, uuid: 'GPU-1', name: 'Large', memory: 24 * GIGA, ...sound }
const small: Card = { number: 2, uuid: 'GPU-2', name: 'Small', memory: 8 * GIGA, ...sound }

/** A stage that is ready, on a card or not, and what it needs there. */
const row = (key: string, backend = 'cuda') =>
  ({ key, kind: 'features', config: JSON.stringify({ backend }) }) as StageRow

/** Told anew whenever one asks. */
const asTold = (cards: Card[]) => ({
  get cards() {
    return cards.map((card) => ({ ...card }))
  },
})

type Others = {
  used?: number
  users?: { pid: number; bytes: number | null }[]
  atOnce?: number
  parted?: boolean
}

/** @param others what their driver says is in use, of each, and by whom; engines have the pids 100, 101 and so on; `atOnce`: stages */
function places(cards: Card[], counts: number[] = [], needs: Record<string, number> = {}, others: Others = {}) {
  const { used = 0, users = [], atOnce = 1, parted = false } = others
  let pid = 100
  const make = (card: Card | null): Lane => ({
    host: { pid: pid++ } as Lane['host'],
    watch: createStopwatch(),
    ...{ card, current: null, taken: 0, working: null },
  })
  const now = cards.map(({ uuid, memory }) => ({ uuid, memoryBytes: memory, usedBytes: used, parted }))
  const asked: [key: string, card: string, sharing: number][] = []
  const seen = () => users.map((user) => ({ ...user, card: cards[0]!.uuid, name: 'any' }))
  const made = createPlaces({
    ...{ make, backends: asTold(cards), atOnce: () => atOnce, atOnceByCard: () => counts },
    reserve: () => ({ memoryBytes: 0, gpuBytes: GIGA }),
    need: ({ key }, card, sharing) => {
      asked.push([key, card.uuid, sharing])
      return Promise.resolve(needs[key] ?? 0)
    },
    ask: () => Promise.resolve({ cards: now as never, users: seen(), why: '' }),
  })
  const lane = (name: string | null) => made.wanted().find(({ card }) => (card?.name ?? null) === name)!
  return { made, lane, asked, names: () => made.wanted().map(({ card }) => card?.name ?? 'machine') }
}

describe('places of a queue', () => {
  test('are the machine alone where there are not several cards', async () => {
    for (const cards of [[], [large]]) {
      const { made, lane, names } = places(cards)
      expect(names()).toEqual(['machine'])
      expect(await made.choose(lane(null), [row('a'), row('b', 'cpu')])).toMatchObject({ key: 'a' })
    }
  })

  test('are each card, as often as is wanted, and the machine for what computes on none', async () => {
    const { made, lane, names } = places([large, small], [2, 1])
    expect(names()).toEqual(['Large', 'Small', 'machine', 'Large'])
    const ready = [row('a'), row('b', 'cpu')]
    expect(await made.choose(lane(null), ready)).toMatchObject({ key: 'b' })
    expect(await made.choose(lane('Small'), ready)).toMatchObject({ key: 'a' })
    expect(made.shares(lane('Large'))).toEqual({ atOnce: 3, onCard: 2 })
    expect(made.shares(lane(null))).toEqual({ atOnce: 1 })
    expect(places([large, small], [0]).names()).toEqual(['Small', 'machine'])
    // Counted along is a first card that cannot be used.
    const later = [large, small].map((one) => ({ ...one, number: one.number + 1 }))
    expect(places(later, [5, 0, 2]).names()).toEqual(['Small', 'machine', 'Small'])
  })

  test('where every card is left alone, are the machine, which takes what was for one', async () => {
    for (const cards of [[large, small], [small]]) {
      const { made, lane, names } = places(cards, [0, 0], { a: 9 * GIGA }, { atOnce: 2 })
      expect(names()).toEqual(['machine', 'machine'])
      expect(made.cards).toEqual([])
      expect(await made.choose(lane(null), [row('a'), row('b', 'cpu')])).toMatchObject({ key: 'a' })
    }
  })

  test('take the stages that they have room for, beside those at work and what others hold', async () => {
    const needs = { big: 20 * GIGA, mid: 5 * GIGA, tiny: GIGA }
    const { made, lane } = places([large, small], [], needs)
    const ready = [row('big'), row('mid'), row('tiny')]
    expect(await made.choose(lane('Small'), ready)).toMatchObject({ key: 'mid' })
    const first = lane('Large')
    expect(await made.choose(first, ready)).toMatchObject({ key: 'big' })
    first.current = ready[0]!
    expect(await made.choose({ ...first, current: null }, ready)).toMatchObject({ key: 'tiny' })
    expect(await made.choose({ ...first, current: null }, [row('mid')])).toBeUndefined()
    const beside = places([large, small], [], needs, { used: 4 * GIGA })
    expect(await beside.made.choose(beside.lane('Small'), ready)).toMatchObject({ key: 'tiny' })
  })

  test('ask what a stage needs on the very card, beside as many as compute there', async () => {
    const { made, lane, asked } = places([large, small], [2, 1])
    for (const name of ['Large', 'Small']) await made.choose(lane(name), [row('a')])
    expect(asked).toEqual([
      ['a', 'GPU-1', 2],
      ['a', 'GPU-2', 1],
    ])
  })

  /** Whether a second lane of the large card takes a stage of 6 GB beside one of ours that was promised 10. */
  const besideOurs = async (others: Others) => {
    const { made, lane } = places([large, small], [2, 1], { next: 6 * GIGA }, others)
    const first = lane('Large')
    Object.assign(first, { current: row('ours'), taken: 10 * GIGA })
    const second = made.wanted().findLast(({ card }) => card)!
    expect(second).not.toBe(first)
    return (await made.choose(second, [row('next')])) !== undefined
  }

  test('count what others hold beside what those at work are still to take', async () => {
    // Of 24 GB 1 is kept; 10 are promised, of which ours has 3 by now.
    const others = (gigas: number): Others => ({ used: (3 + gigas) * GIGA, users: [{ pid: 100, bytes: 3 * GIGA }] })
    expect(await besideOurs(others(7))).toBe(true)
    expect(await besideOurs(others(8))).toBe(false)
    // More than was promised is gone, too.
    const beyond = (gigas: number): Others => ({ used: gigas * GIGA, users: [{ pid: 100, bytes: 14 * GIGA }] })
    expect([await besideOurs(beyond(17)), await besideOurs(beyond(18))]).toEqual([true, false])
  })

  test('take what a driver does not tell apart for others’', async () => {
    for (const users of [[], [{ pid: 100, bytes: null }]]) {
      expect(await besideOurs({ used: 7 * GIGA, users })).toBe(true)
      expect(await besideOurs({ used: 8 * GIGA, users })).toBe(false)
    }
  })

  test('use again what an engine at rest holds', async () => {
    const users = [{ pid: 101, bytes: 2 * GIGA }]
    expect(await besideOurs({ used: 9 * GIGA, users })).toBe(true)
    expect(await besideOurs({ used: 10 * GIGA, users })).toBe(false)
  })

  test('leave what fits nowhere to the card with most room, alone', async () => {
    const { made, lane } = places([large, small], [], { huge: 99 * GIGA })
    expect(await made.choose(lane('Small'), [row('huge')])).toBeUndefined()
    const first = lane('Large')
    expect(await made.choose(first, [row('huge')])).toMatchObject({ key: 'huge' })
    first.current = row('other')
    expect(await made.choose({ ...first, current: null }, [row('huge')])).toBeUndefined()
  })

  test('leave what a card had no memory for to the others, and smaller stages to it', async () => {
    const needs = { big: 9 * GIGA, mid: 5 * GIGA, tiny: GIGA }
    const ready = [row('big'), row('mid'), row('tiny')]
    const full = { ...large, lacked: 5 * GIGA }
    const { made, lane } = places([full, small], [], needs)
    expect(await made.choose(lane('Large'), ready)).toMatchObject({ key: 'tiny' })
    expect(await made.choose(lane('Large'), [row('mid')])).toBeUndefined()
    // It fits nowhere that it may go: no card with more room keeps it from the other.
    expect(await made.choose(lane('Small'), ready)).toMatchObject({ key: 'big' })
    // Nothing is known of what it takes.
    const unknown = places([{ ...large, lacked: 0 }, small])
    expect(await unknown.made.choose(unknown.lane('Large'), [row('a')])).toBeUndefined()
  })

  test('take what no other card can have all the same, though theirs had no memory for it', async () => {
    const full = { ...large, lacked: 5 * GIGA }
    const others = [[], [{ ...small, lacked: 5 * GIGA }], [{ ...small, fault: 'It failed.' }]]
    for (const other of others) {
      const { made, lane } = places([full, ...other], [], { mid: 5 * GIGA })
      expect(await made.choose(lane(other.length > 0 ? 'Large' : null), [row('mid')])).toMatchObject({ key: 'mid' })
    }
    const alone = places([full, small], [1, 0], { mid: 5 * GIGA })
    expect(await alone.made.choose(alone.lane('Large'), [row('mid')])).toMatchObject({ key: 'mid' })
  })

  test('of a single card share what it has free, and compute on none meanwhile', async () => {
    const needs = { big: 18 * GIGA, mid: 6 * GIGA, tiny: 4 * GIGA }
    const ready = [row('big'), row('mid'), row('plain', 'cpu'), row('tiny')]
    const next = async (others: Others, names = ['big', 'mid', 'plain', 'tiny']) => {
      // As the driver names a card that is seen alone.
      const { made } = places([{ ...large, uuid: '' }], [], needs, { atOnce: 2, ...others })
      const [first, second] = made.wanted()
      const asked = ready.filter(({ key }) => names.includes(key))
      first!.current = (await made.choose(first!, asked))!
      return [first!.current.key, (await made.choose(second!, asked))?.key]
    }
    // Of 24 GB 1 is kept.
    expect(await next({})).toEqual(['big', 'plain'])
    expect(await next({}, ['big', 'tiny'])).toEqual(['big', 'tiny'])
    expect(await next({ used: 2 * GIGA }, ['big', 'tiny'])).toEqual(['big', undefined])
    expect(await next({ used: 2 * GIGA, users: [{ pid: 100, bytes: 2 * GIGA }] }, ['big', 'tiny'])).toEqual([
      ...['big', 'tiny'],
    ])
    // What does not fit at all goes alone; of a part of a card nothing is told.
    expect(await next({ used: 20 * GIGA }, ['big', 'tiny'])).toEqual(['big', undefined])
    expect(await next({ used: 24 * GIGA, parted: true }, ['mid', 'tiny'])).toEqual(['mid', 'tiny'])
  })

  test('rest where their card failed while another one is there', () => {
    const failed = { ...small, fault: 'It failed.' }
    const { made, names } = places([large, failed])
    expect(names()).toEqual(['Large', 'machine'])
    // Plans are held against what is used.
    expect(made.cards.map(({ name }) => name)).toEqual(['Large'])
    expect(places([large, small], [0, 1]).made.cards.map(({ name }) => name)).toEqual(['Small'])
    expect(places([]).made.cards).toEqual([])
    expect(made.inUse().map(({ card }) => card?.name ?? 'machine')).toEqual(['Large', 'machine', 'Small'])
    expect(places([{ ...large, fault: 'It failed.' }, failed]).names()).toEqual(['Large', 'Small', 'machine'])
  })
})
