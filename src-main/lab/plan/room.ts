import { freemem, totalmem } from 'node:os'
import type { RoomNow } from '../../../src-preload/contract'
import type { Reserve } from '../../data/machine/reserve'
import { cardOf, type Card, type Cards } from '../../data/machine/cards'
import { freeBytes } from '../home/space'

/** What a run could have of memory and disk at this moment, and who else has some. */
export type AskRoom = () => Promise<RoomNow>

interface Sources {
  home: string
  reserve: () => Reserve
  /** Whether what trains computes on a GPU, as far as is known. */
  onGpu: () => boolean
  /** Those of several cards that stages can be put on, by their uuids. */
  usable?: () => readonly string[]
  cards: () => Promise<Cards>
}

export function createRoom({ home, reserve, onGpu, usable = () => [], cards }: Sources): AskRoom {
  return async () => {
    const { memoryBytes, gpuBytes } = reserve()
    const [found, reserveBytes] = onGpu() ? [ofCard(await cards(), usable()), gpuBytes] : [ofMachine(), memoryBytes]
    const availableBytes = found.freeBytes === null ? null : Math.max(0, found.freeBytes - reserveBytes)
    return { ...found, reserveBytes, availableBytes, diskFreeBytes: freeBytes(home) }
  }
}

type Found = Pick<RoomNow, 'of' | 'device' | 'freeBytes' | 'totalBytes' | 'others' | 'why'>

const PARTED = 'The card is divided (MIG), and its driver does not say what is free in the part that computes.'

const freeIn = ({ memoryBytes, usedBytes, parted }: Card) =>
  memoryBytes === null || usedBytes === null || parted ? -1 : memoryBytes - usedBytes

const roomiest = (cards: readonly Card[]) => cards.toSorted((a, b) => freeIn(b) - freeIn(a))[0]

const ofMachine = (): Found => ({
  ...{ of: 'machine', device: '', freeBytes: freemem(), totalBytes: totalmem() },
  ...{ others: [], why: '' },
})

/** Of several the one with most room, where they are known: a stage goes where it fits. */
function ofCard(asked: Cards, usable: readonly string[]): Found {
  const card = cardOf(asked, process.pid) ?? roomiest(asked.cards.filter(({ uuid }) => usable.includes(uuid)))
  const [total, used] = card?.parted ? [null, null] : [card?.memoryBytes ?? null, card?.usedBytes ?? null]
  const users = asked.users.filter((user) => user.card === card?.uuid)
  return {
    of: 'gpu',
    device: card?.name ?? '',
    freeBytes: total === null || used === null ? null : total - used,
    totalBytes: total,
    others: users.map(({ name, bytes }) => ({ name, bytes })).sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)),
    why:
      asked.why ||
      card?.trouble ||
      (card?.parted ? PARTED : '') ||
      (card ? '' : 'There are several cards, and which of them will compute is not known before.'),
  }
}
