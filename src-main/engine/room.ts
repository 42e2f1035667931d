import { totalmem } from 'node:os'
import type { Reserve } from '../data/machine/reserve'
import { cardOf, type Cards } from '../data/machine/cards'
import type { Backend } from './backends/learner'
import { askCards } from './cards'

/** Part of what lies beside the reserve that activations may take: weights, gradients and moments want the rest. */
const SHARE = 0.5
/** With less than this a batch would go text by text. */
const LEAST = 64e6

/**
 * Bytes that the activations of a training may take at once, of the memory that its backend computes in: of all of it, and not
 * of what is free by chance, so that a run has the same micro-batches whenever it runs here.
 * @param atOnce stages that share it
 * @returns undefined where a card does not tell how much it has
 */
export async function activationRoom(
  reserve: Reserve,
  gpu: boolean,
  atOnce = 1,
  cards: () => Promise<Cards> = askCards,
  memory = totalmem(),
): Promise<number | undefined> {
  const room = (all: number, kept: number) => Math.max(LEAST, ((all - kept) * SHARE) / atOnce)
  if (!gpu) return room(memory, reserve.memoryBytes)
  const card = cardOf(await cards(), process.pid)
  // Of a part of a card nothing is told.
  const bytes = card && !card.parted ? card.memoryBytes : null
  return bytes === null ? undefined : room(bytes, reserve.gpuBytes)
}

/** The same backend on one of `atOnce` equal parts of its threads, one at least. */
export function sharing(backend: Backend, atOnce: number): Backend {
  const { threads, deviceWith } = backend
  if (atOnce === 1 || threads === null || !deviceWith) return backend
  const part = Math.max(1, Math.floor(threads / atOnce))
  const create: Backend['create'] = (net, init, options) => backend.create(net, init, { ...options, threads: part })
  return { ...backend, threads: part, device: deviceWith(part), create }
}

/** The same backend, whose learners keep no more activations than there is room for. */
export function within(backend: Backend, activationBytes: number | undefined): Backend {
  if (activationBytes === undefined) return backend
  return { ...backend, create: (net, init, options) => backend.create(net, init, { ...options, activationBytes }) }
}
