// Where stages are computed: the machine, and each of several cards in it, with as many lanes as it may compute at a time.
import type { Reserve } from '../../data/machine/reserve'
import { cardOf, type Cards } from '../../data/machine/cards'
import { backendKind } from '../../science/backends'
import { kindOf, type Stage } from '../../science/stages'
import type { Job, UsableCard } from '../../engine/protocol'
import type { StageRow } from '../../store'
import type { Backends } from '../engine/backends'
import type { Lane } from './lane'

type Card = Backends['cards'][number]

/** The lanes of a machine, made as they are wanted. */
export interface Places {
  /** Every one that was made. */
  readonly lanes: readonly Lane[]
  /** Those that may take a stage now: the first of every place, then the second ones. */
  wanted(): Lane[]
  /** Those that there is something to say of: wanted ones, those whose stage is not over yet, one of each card that failed. */
  inUse(): Lane[]
  /** Whether there are several cards, each a place of its own. */
  readonly several: boolean
  /** The cards that stages are put on: no failed one while another is there, and none that is left alone; where all are, none. */
  readonly cards: readonly UsableCard[]
  /** Whether stages share a card, or choose between cards: one that finds no room there is passed over for a later one. */
  readonly weighs: boolean
  /** The stage that a lane is to take of those that are ready, in their order; none while nothing fits. */
  choose(lane: Lane, ready: readonly StageRow[]): Promise<StageRow | undefined>
  /** Stages that share the lane's threads, and its card. */
  shares(lane: Lane): Pick<Job, 'atOnce' | 'onCard'>
  /** How many stages are at work now where this card, or the machine's best device, computes. */
  atWorkWith(card: UsableCard | null): number
  /** Most stages that share one memory. */
  most(): number
}

interface Options {
  make: (card: Card | null) => Lane
  backends: Pick<Backends, 'cards'>
  atOnce: () => number
  atOnceByCard: () => readonly number[]
  reserve: () => Reserve
  /** Bytes that a stage is expected to take of a card, which it shares with others up to so many in all. */
  need: (row: StageRow, card: UsableCard, atOnce: number) => Promise<number>
  ask: () => Promise<Cards>
}

/** Whether a stage computes on a card, where there is one. */
export function isForCard({ kind, config }: Pick<StageRow, 'kind' | 'config'>): boolean {
  const backend = kindOf(kind).backend?.(JSON.parse(config) as Stage['config'])
  return backendKind(backend ?? '')?.gpu?.alone === true
}

/** Places without lanes; which cards there are is found out by others. */
export function createPlaces(options: Options): Places {
  return new LanePlaces(options)
}

class LanePlaces implements Places {
  readonly #lanes = new Map<string, Lane[]>()
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  get lanes(): readonly Lane[] {
    return [...this.#lanes.values()].flat()
  }

  get several(): boolean {
    return this.#options.backends.cards.length > 1
  }

  get cards(): readonly UsableCard[] {
    return this.#sound().map(([card]) => card)
  }

  get weighs(): boolean {
    const { backends, atOnce } = this.#options
    return this.several || (backends.cards.length === 1 && atOnce() > 1)
  }

  wanted(): Lane[] {
    const rows = this.#capacities().map(([card, count]) => this.#lanesOf(card, count))
    const longest = Math.max(...rows.map(({ length }) => length))
    return Array.from({ length: longest }, (_, i) => rows.flatMap((row) => row[i] ?? [])).flat()
  }

  inUse(): Lane[] {
    const wanted = this.wanted()
    const failed = this.#failed().flatMap((card) => this.#lanesOf(card, 1))
    return [...new Set([...wanted, ...failed, ...this.lanes.filter(({ current }) => current !== null)])]
  }

  async choose(lane: Lane, ready: readonly StageRow[]): Promise<StageRow | undefined> {
    const taken = new Set(this.lanes.flatMap(({ current }) => current?.key ?? []))
    const free = ready.filter((row) => !taken.has(row.key))
    // What is for a card while all are left alone is refused by who would compute it.
    const isApart = this.several && this.cards.length > 0
    const open = isApart ? free.filter((row) => isForCard(row) === (lane.card !== null)) : free
    // Of a single card the machine's lanes share the memory.
    const card = lane.card ?? (this.weighs && !this.several ? this.cards[0] : null)
    if (!card || !open.some(isForCard)) return open[0]
    const rooms = await this.#rooms()
    const own = rooms.get(card.uuid) ?? 0
    const { atOnce = 1, onCard = atOnce } = this.shares(lane)
    for (const row of open) {
      const need = isForCard(row) ? await this.#options.need(row, card, onCard) : 0
      const takers = isForCard(row) ? await this.#takers(row) : [card.uuid]
      if (!takers.includes(card.uuid)) continue
      // What fits nowhere is computed all the same, where it comes closest, alone: that it does not fit is only expected.
      const isClosest = own === Math.max(...takers.map((uuid) => rooms.get(uuid) ?? 0))
      if (need > own && !(isClosest && this.atWorkWith(lane.card) === 0)) continue
      lane.taken = need
      return row
    }
    return undefined
  }

  shares({ card }: Lane): Pick<Job, 'atOnce' | 'onCard'> {
    const all = this.#capacities()
    const countOf = (uuid?: string) => all.find(([one]) => one?.uuid === uuid)?.[1] ?? 1
    if (!card) return { atOnce: countOf() }
    return { atOnce: all.reduce((sum, [one, count]) => sum + (one ? count : 0), 0), onCard: countOf(card.uuid) }
  }

  atWorkWith(card: UsableCard | null): number {
    return this.lanes.filter((lane) => lane.current && isForCard(lane.current) && lane.card?.uuid === card?.uuid).length
  }

  most(): number {
    return Math.max(...this.#capacities().map(([, count]) => count))
  }

  /** How many stages each place computes at a time; the machine's are those that compute on no card, where there are several. */
  #capacities(): [Card | null, number][] {
    const machine: [null, number] = [null, this.#options.atOnce()]
    return this.several ? [...this.#sound(), machine] : [machine]
  }

  #used(): [Card, number][] {
    const { backends, atOnce, atOnceByCard } = this.#options
    const counts = atOnceByCard()
    const all = backends.cards.map((card): [Card, number] => [card, counts[card.number - 1] ?? atOnce()])
    return all.filter(([, count]) => count > 0)
  }

  /** Cards that failed rest while another one is there. */
  #sound(): [Card, number][] {
    const used = this.#used()
    const sound = used.filter(([{ fault }]) => fault === '')
    return sound.length > 0 ? sound : used
  }

  /** The cards that a stage may go to, by uuid: none that had no memory for as much, while another one is there. */
  async #takers(row: StageRow): Promise<string[]> {
    const sound = this.#sound()
    const all = sound.map(([{ uuid }]) => uuid)
    if (sound.every(([{ lacked }]) => lacked === Infinity)) return all
    const needs = await Promise.all(sound.map(([card, count]) => this.#options.need(row, card, count)))
    const others = all.filter((_, i) => needs[i]! < sound[i]![0].lacked)
    return others.length > 0 ? others : all
  }

  #failed(): Card[] {
    if (!this.several) return []
    const sound = new Set(this.#sound().map(([{ uuid }]) => uuid))
    return this.#used().flatMap(([card]) => (sound.has(card.uuid) ? [] : [card]))
  }

  /**
   * Bytes of each card that the next stage could have: what is free now, less what those at work are still to take, and with what an
   * engine at rest holds, which the next stage there takes over. An engine whose bytes the driver does not tell counts as holding
   * none: what is promised to it may then be subtracted twice, and is never given away.
   */
  async #rooms(): Promise<Map<string, number>> {
    const { reserve, ask } = this.#options
    const { cards, users, why } = await ask()
    return new Map(
      this.#sound().map(([{ uuid, memory }]) => {
        const named = cards.find((card) => card.uuid === uuid)
        const now = named ?? (this.several ? null : cardOf({ cards, users, why }, process.pid))
        const held = ({ host: { pid } }: Lane) =>
          users.find((user) => user.card === now?.uuid && user.pid === pid)?.bytes ?? 0
        const lanes = this.lanes.filter(({ card }) => !this.several || card?.uuid === uuid)
        const working = lanes.filter(({ current }) => current)
        const due = working.reduce((sum, lane) => sum + Math.max(0, lane.taken - held(lane)), 0)
        const atRest = Math.max(0, ...lanes.filter(({ current }) => !current).map(held))
        // Of a part of a card its driver does not tell what is in use.
        const free = now?.parted ? memory : (now?.memoryBytes ?? memory) - (now?.usedBytes ?? 0)
        return [uuid, free - due + atRest - reserve().gpuBytes]
      }),
    )
  }

  #lanesOf(card: Card | null, count: number): Lane[] {
    const name = card?.uuid ?? ''
    const lanes = this.#lanes.get(name) ?? []
    while (lanes.length < count) lanes.push(this.#options.make(card))
    this.#lanes.set(name, lanes)
    return lanes.slice(0, count)
  }
}
