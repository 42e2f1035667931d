import { createHash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { makeFolder } from './folder'
import { SPLITS, type Split } from '../science/stages'
import type { Metric } from './metrics'
import { readSafetensors, writeSafetensors, type NamedTensor } from './checkpoints/safetensors'
import { syncFolder } from './durable'

/** A number of a training, of one of its splits or of a batch. */
export type Measured = Metric & { split: Split | '' }

/** When so many updates were made, in seconds that the training worked. */
export interface Moment {
  step: number
  seconds: number
}

/** A training that was not finished, as it stood between two updates. */
export interface Unfinished {
  /** Updates that it has had. */
  step: number
  /** What computed it: with other kernels or threads the next updates round otherwise. */
  place: { device: string; threads: number | null; isa: string | null }
  weights: NamedTensor[]
  /** AdamW's updates and moments. */
  optimiser: { updates: number; first: NamedTensor[]; second: NamedTensor[] }
  /** What it measured so far, in order. */
  measured: Measured[]
  /** How long it had worked, and when it had made so many updates; null where that is not known. */
  clock: { seconds: number; marks: Moment[] } | null
  /** What it said at its evaluations so far, as a file of the artifact has it; null of one that is asked nothing. */
  said: Uint8Array | null
}

const number = z.number().nullable()
const headSchema = z.strictObject({
  format: z.literal(2),
  step: z.int().min(0),
  updates: z.int().min(0),
  place: z.strictObject({ device: z.string(), threads: number, isa: z.string().nullable() }),
  measured: z.array(z.tuple([z.string(), z.enum(['', ...SPLITS]), z.int(), number])),
  clock: z
    .strictObject({ seconds: z.number(), marks: z.array(z.tuple([z.int(), z.number()])) })
    .nullable()
    .optional(),
  /** Bytes of what was said, which stands in front of the tensors. */
  said: z.int().min(0).nullable(),
  sha256: z.string(),
})

/** Bytes in front: the length of what is told in JSON. */
const PREFIX = 8
const PARTS = ['weights', 'first', 'second'] as const

/** Where the unfinished training of a stage lies in an artifact store. */
export const unfinishedFile = (root: string, key: string) => path.join(root, 'unfinished', `${key}.bin`)

function sha256(...parts: Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** Keeps it in place of what was kept before: whichever moment the machine stops at, one of both is whole on disk. */
export async function keepUnfinished(file: string, unfinished: Unfinished): Promise<void> {
  const { step, place, weights, optimiser, measured, clock, said } = unfinished
  const parts = { weights, first: optimiser.first, second: optimiser.second }
  const tensors = writeSafetensors(
    PARTS.flatMap((part) => parts[part].map((tensor) => ({ ...tensor, name: `${part}/${tensor.name}` }))),
  )
  const head: z.infer<typeof headSchema> = {
    ...{ format: 2, step, updates: optimiser.updates, place, said: said && said.length },
    measured: measured.map(({ name, split, step: at, value }) => [
      name,
      split,
      at,
      Number.isFinite(value) ? value : null,
    ]),
    clock: clock && { ...clock, marks: clock.marks.map(({ step: at, seconds }) => [at, seconds]) },
    sha256: sha256(...(said ? [said] : []), tensors),
  }
  const told = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(PREFIX)
  length.writeBigUInt64LE(BigInt(told.length))
  makeFolder(path.dirname(file))
  const handle = await open(`${file}.new`, 'w')
  try {
    for (const bytes of [length, told, ...(said ? [said] : []), tensors]) await handle.writeFile(bytes)
    await handle.sync()
  } catch (error) {
    await rm(`${file}.new`, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
  await syncFolder(path.dirname(file))
}

/**
 * What was kept; null where there is nothing.
 * @throws Error naming the file when it is damaged
 */
export async function readUnfinished(file: string): Promise<Unfinished | null> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!bytes) return null
  const end = PREFIX + (bytes.length < PREFIX ? Infinity : Number(bytes.readBigUInt64LE()))
  if (end > bytes.length) throw new Error(`${file}: expected ${end} bytes and more, got ${bytes.length}`)
  const head = headSchema.parse(JSON.parse(bytes.toString('utf8', PREFIX, end)))
  const rest = bytes.subarray(end)
  if (sha256(rest) !== head.sha256) throw new Error(`${file}: expected sha256 ${head.sha256}, got ${sha256(rest)}`)
  const said = head.said === null ? null : rest.subarray(0, head.said)
  const tensors = readSafetensors(rest.subarray(head.said ?? 0), file)
  const [weights, first, second] = PARTS.map((part) =>
    tensors
      .filter(({ name }) => name.startsWith(`${part}/`))
      .map((tensor) => ({ ...tensor, name: tensor.name.slice(part.length + 1) })),
  )
  const measured = head.measured.map(([name, split, step, value]) => ({ name, split, step, value: value ?? NaN }))
  const optimiser = { updates: head.updates, first: first!, second: second! }
  // What an earlier version kept has no clock.
  const clock = head.clock
    ? { ...head.clock, marks: head.clock.marks.map(([step, seconds]) => ({ step, seconds })) }
    : null
  return { step: head.step, place: head.place, weights: weights!, optimiser, measured, clock, said }
}

/**
 * What an unfinished training had said of its splits when it was kept, as a file of the artifact has it; null where nothing
 * was said or kept. The weights behind it are not read, nor is the whole of it checked.
 */
export async function readSaid(file: string): Promise<Uint8Array | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!handle) return null
  try {
    const part = async (from: number, length: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from)
      if (bytesRead < length)
        throw new Error(`${file}: expected ${from + length} bytes and more, got ${from + bytesRead}`)
      return buffer
    }
    const length = Number((await part(0, PREFIX)).readBigUInt64LE())
    const { said } = headSchema.parse(JSON.parse((await part(PREFIX, length)).toString('utf8')))
    return said === null ? null : await part(PREFIX + length, said)
  } finally {
    await handle.close()
  }
}

/** Nothing is left to go on from. */
export async function dropUnfinished(root: string, key: string): Promise<void> {
  for (const end of ['', '.new']) await rm(`${unfinishedFile(root, key)}${end}`, { force: true })
}
