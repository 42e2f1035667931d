// NVIDIA's cards: what is known of them, whoever tells it (smi.ts, or the engine's nvml.ts), and which a process sees.

/** A card at a moment; null is what its driver does not tell. */
export interface Card {
  uuid: string
  name: string
  driver: string
  /** Part of the last moments in which it computed anything, 0 to 1. */
  busy: number | null
  memoryBytes: number | null
  usedBytes: number | null
  celsius: number | null
  watts: number | null
  /** Of its processors, and of its memory. */
  megahertz: number | null
  memoryMegahertz: number | null
  /** What slows it down; empty while nothing does. */
  slowedBy: string[] | null
  /** Errors of its memory since the driver was loaded that could not be mended. */
  memoryErrors: number | null
  /** Whether it is divided among programs (MIG): what is told of its memory is of all parts together. */
  parted: boolean
  /** What is the matter with it, in a sentence with what mends it; '' of a sound one. */
  trouble: string
}
/** A program that computes on a card. */
export interface CardUser {
  card: string
  pid: number
  name: string
  bytes: number | null
}
/** `why`: why nothing is known of any card, in a sentence with what to do; '' where something is. */
export interface Cards {
  cards: Card[]
  users: CardUser[]
  why: string
}

/**
 * That none of the cards that could be computed on is to be, by their numbers in the driver's order, from 1; '' where one is, or
 * where none could be.
 */
export function leftAloneText(
  usable: readonly { number: number; name: string }[],
  leftAlone: readonly number[],
): string {
  if (usable.length === 0 || usable.some(({ number }) => !leftAlone.includes(number))) return ''
  const named = usable.map(({ number, name }) => `card ${number}, ${name}`).join('; ')
  return `Every NVIDIA card that passed its self-test is left alone (${named}): let stages be put on one, in Settings or by --on-cards.`
}

/** Bits of what keeps clocks down (NVML, nvmlClocksEventReasons); idleness, settings and boosts are left out: they slow no work. */
const REASONS: readonly (readonly [bigint, string])[] = [
  [0x4n, 'its power limit'],
  [0x8n, 'its hardware'],
  [0x20n, 'heat'],
  [0x40n, 'heat (by its hardware)'],
  [0x80n, 'its power supply'],
]

/** What slows a card down, by NVML's mask. */
export const reasonsOf = (mask: bigint): string[] =>
  REASONS.flatMap(([bit, name]) => ((mask & bit) === 0n ? [] : [name]))

export const RESET = 'The card waits to be reset: `sudo nvidia-smi --gpu-reset` does so.'
export const LOST = 'The card does not answer its driver. Restart the machine.'

/** What errors of a card's memory that could not be corrected mean; '' of none, or where they are not counted. */
export function memoryText(errors: number | null): string {
  if (!errors) return ''
  const count = errors === 1 ? 'An error' : `${errors} errors`
  return `${count} of the card’s memory could not be corrected since its driver was loaded: what it computes may be wrong. \`sudo nvidia-smi --gpu-reset\` clears that; if it comes again, the card is broken.`
}

/** Why a driver tells nothing of any card. */
export const NONE = {
  mismatch:
    'The NVIDIA driver was updated, and the old one is still loaded (driver/library version mismatch). Restart the machine.',
  notRunning:
    'The NVIDIA driver is installed, and is not running. Restart the machine; if that does not help, install the driver again.',
  noCard: 'The NVIDIA driver runs, and finds no card.',
  lost: 'An NVIDIA card does not answer its driver. Restart the machine.',
  forbidden: 'This user may not ask the NVIDIA driver about its cards.',
} as const

const VISIBLE = 'CUDA_VISIBLE_DEVICES'

/** What the environment of a process needs to see one card alone; nothing where it is the only one ('' or none). */
export const seeing = (uuid = ''): Record<string, string> => (uuid === '' ? {} : { [VISIBLE]: uuid })

/** The card that this process sees alone, by its uuid; null where nothing says so. */
export function seenAlone(env: NodeJS.ProcessEnv = process.env): string | null {
  const visible = env[VISIBLE] ?? ''
  return /^GPU-[0-9a-f-]+$/i.test(visible) ? visible : null
}

/**
 * The card that a process computes on: the one where it is seen, else the only one; null where several could be meant.
 * @param alone the one that it sees, where it sees no other: in a container the driver knows it by another number
 */
export function cardOf({ cards, users }: Cards, pid: number, alone = seenAlone()): Card | null {
  const seen = alone ?? users.find((user) => user.pid === pid)?.card
  return cards.find(({ uuid }) => uuid === seen) ?? (cards.length === 1 ? cards[0]! : null)
}
