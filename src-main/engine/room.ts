import { totalmem } from 'node:os'
import { cardRoom, machineRoom, roomNow, type Reserve } from '../data/machine/reserve'
import { cardOf, type Cards } from '../data/machine/cards'
import { sizeOf, tensorsOf, type NetSpec, type TensorSpec } from '../science/models/net'
import { stateOf, sumOf, type NetState } from '../science/models/state'
import type { Backend, LearnerOptions } from './backends/learner'
import { askCards } from './cards'

/** What the activations of a training may take at once, in bytes. */
export interface Room {
  bytes: number
  /** That it is less than what this device has else, since others hold some of it; '' where it is not. */
  said: string
}
/** The same beside so many bytes of weights, gradients and moments. */
export type RoomBeside = (state: number) => Room

/**
 * Of the memory that a backend computes in: of all of it, and not of what is free by chance, so that a run has the same
 * micro-batches whenever it runs here. But where others hold so much of a card that these would not fit, they are smaller.
 * @param atOnce stages that share it
 * @returns undefined where a card does not tell how much it has
 */
export async function activationRoom(
  reserve: Reserve,
  gpu: boolean,
  atOnce = 1,
  cards: () => Promise<Cards> = askCards,
  memory = totalmem(),
): Promise<RoomBeside | undefined> {
  if (!gpu) return () => ({ bytes: machineRoom(memory, reserve, atOnce), said: '' })
  const asked = await cards()
  const card = cardOf(asked, process.pid)
  // Of a part of a card nothing is told.
  if (!card || card.parted || card.memoryBytes === null) return undefined
  const { memoryBytes: all, usedBytes } = card
  const own = asked.users.find(({ pid, card: on }) => pid === process.pid && on === card.uuid)?.bytes ?? 0
  const free = usedBytes === null ? all : all - usedBytes + own
  return (state) => {
    const room = cardRoom(all, reserve, atOnce, state)
    const bytes = roomNow(room, free, reserve, state)
    return { bytes, said: bytes < room ? tightText(all - free, bytes / room) : '' }
  }
}

const tightText = (others: number, share: number) =>
  `Others hold ${(others / 1e9).toFixed(1)} GB of the card, so activations may take ${share.toFixed(2)} of what they could else: ` +
  'large batches go in smaller parts, whose sums are rounded in another order.'

/** The same backend on one of `atOnce` equal parts of its threads, one at least. */
export function sharing(backend: Backend, atOnce: number): Backend {
  const { threads, deviceWith } = backend
  if (atOnce === 1 || threads === null || !deviceWith) return backend
  const part = Math.max(1, Math.floor(threads / atOnce))
  const create: Backend['create'] = (net, init, options) => backend.create(net, init, { ...options, threads: part })
  return { ...backend, threads: part, device: deviceWith(part), create }
}

/** The same backend, whose learners keep no more activations than there is room for; `tell` hears of a room that is tight. */
export function within(backend: Backend, room: RoomBeside | undefined, tell: (text: string) => void): Backend {
  if (room === undefined) return backend
  const create: Backend['create'] = (net, init, options = {}) => {
    const { bytes, said } = room(sumOf(heldBy(net, options)))
    if (said) tell(said)
    return backend.create(net, init, { ...options, activationBytes: bytes })
  }
  return { ...backend, create }
}

/** What a net holds while it learns. */
function heldBy(net: NetSpec, { trainBlocks, moments }: LearnerOptions): NetState {
  const tensors = tensorsOf(net, trainBlocks)
  const count = (of: readonly TensorSpec[]) => of.reduce((sum, tensor) => sum + sizeOf(tensor), 0)
  return stateOf(count(tensors), count(tensors.filter(({ trained }) => trained)), moments)
}
