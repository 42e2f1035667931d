/** Memory that runs leave alone, in bytes: what the system, the desktop and other programs want for themselves. */
export interface Reserve {
  memoryBytes: number
  gpuBytes: number
}

export const USUAL_RESERVE: Reserve = { memoryBytes: 1.5e9, gpuBytes: 0.5e9 }

/** What a driver keeps on a card for a program that computes there: its context, and the kernels. Bytes. */
export const CONTEXT = 500e6
/** With less than this a batch would go text by text. */
const LEAST = 64e6
/** Part of what lies beside the reserve of a machine's memory that activations may take: weights and their like want the rest. */
const SHARE = 0.5
/** Part of what all else leaves of a card: the rest is for what a pass needs beside what its backward keeps. */
const SHARE_OF_CARD = 0.6
/** The same where others may have taken of it: so much less than what was counted on is no reason yet for smaller parts. */
const SHARE_NOW = 0.75

/** More is of no use to a processor, and what a learner keeps where nobody says how much room there is. */
export const ACTIVATIONS = 1e9

/** Bytes that the activations of a training may take at once of the machine's memory, of which stages at a time have a part each. */
export const machineRoom = (all: number, { memoryBytes }: Reserve, atOnce = 1): number =>
  Math.max(LEAST, ((all - memoryBytes) * SHARE) / atOnce)

/** The same on a card, beside `state` bytes of weights, gradients and moments. */
export const cardRoom = (all: number, { gpuBytes }: Reserve, atOnce: number, state: number): number =>
  Math.max(LEAST, ((all - gpuBytes) / atOnce - CONTEXT - state) * SHARE_OF_CARD)

/**
 * So much of `room` as there is now: the half, a quarter and so on, so that a little more or less in use by others changes
 * nothing in how batches are cut.
 * @param free what is free now, or this process holds
 */
export function roomNow(room: number, free: number, { gpuBytes }: Reserve, state: number): number {
  const now = (free - gpuBytes - CONTEXT - state) * SHARE_NOW
  let bytes = room
  while (bytes > now && bytes > LEAST) bytes = Math.max(LEAST, bytes / 2)
  return bytes
}
