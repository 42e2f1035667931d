// The one list of engines: what is known of each before any is loaded. Pure, so that specs, plans, estimates and menus may
// read it.
import type { NetSpec } from './models/net'

/** A number of what a net multiplies with, see `LearnerOptions`. */
export type Precision = 'fp32' | 'tf32' | 'bf16'
/** A number of what AdamW remembers, see `LearnerOptions`. */
export type Moments = 'fp32' | 'bf16'

/** Both of a training; each fp32 where it is not given. */
export interface Numbers {
  precision?: Precision | undefined
  moments?: Moments | undefined
}

type NetKind = NetSpec['kind']

interface Kind {
  id: string
  title: string
  /** Why it is there where it loads, as the reason of a choice begins. */
  when: string
  /**
   * What of it may bring a GPU, which is then tried before all others; null where nothing does. `alone`: without one there is
   * nothing of it.
   */
  gpu: { title: string; alone: boolean } | null
  /** The nets that it has kernels for; those of other kinds go to the next one. */
  nets: readonly NetKind[]
  /** Those that it may have, as the processor or the card allows. */
  precisions: readonly Precision[]
  /** What AdamW's moments may be kept in. */
  moments: readonly Moments[]
  /**
   * Seconds where this machine has no past stage of the like: of a training, an example passed forward; of a pretrained
   * model, an operation. Measured on two cores; see LOG.md. Null: it was never measured.
   */
  defaultRate: { example: number; operation: number } | null
}

const ALL = ['mlp', 'bag', 'transformer'] as const

/**
 * Every engine in the order in which `auto` tries them, those on a GPU before all on the CPU: the fastest first, and last the
 * one that needs nothing.
 */
export const BACKENDS_IN_ORDER = [
  {
    id: 'cuda',
    title: 'NVIDIA card',
    when: 'There is an NVIDIA card',
    gpu: { title: 'The NVIDIA card', alone: true },
    nets: ['transformer'],
    precisions: ['fp32', 'tf32', 'bf16'],
    moments: ['fp32', 'bf16'],
    defaultRate: null,
  },
  {
    id: 'cpu',
    title: 'Native engine',
    when: 'Compiled for this machine',
    gpu: null,
    nets: ALL,
    precisions: ['fp32', 'bf16'],
    moments: ['fp32'],
    defaultRate: { example: 3e-7, operation: 4e-12 },
  },
  {
    id: 'tensorflow',
    title: 'TensorFlow',
    when: 'libtensorflow is installed',
    gpu: { title: 'libtensorflow', alone: false },
    nets: ALL,
    precisions: ['fp32'],
    moments: ['fp32'],
    defaultRate: { example: 3.5e-6, operation: 1.5e-11 },
  },
  {
    id: 'wasm',
    title: 'WebAssembly',
    when: 'Nothing faster is installed',
    gpu: null,
    nets: ALL,
    precisions: ['fp32'],
    moments: ['fp32'],
    defaultRate: { example: 2e-6, operation: 6e-11 },
  },
] as const satisfies readonly Kind[]

export type BackendId = (typeof BACKENDS_IN_ORDER)[number]['id']

/** What may be asked for: one of them, or the best that works. */
export const ASKABLE = ['auto', ...BACKENDS_IN_ORDER.map(({ id }) => id)] as const satisfies readonly Askable[]
export type Askable = 'auto' | BackendId

/** What is known of an engine; undefined for what is none. */
export function backendKind(id: BackendId): Kind
export function backendKind(id: string): Kind | undefined
export function backendKind(id: string): Kind | undefined {
  return BACKENDS_IN_ORDER.find((kind) => kind.id === id)
}

/** What computes the nets of a plan. */
export interface Computing {
  /** Part of the key of what it computes: backends agree to a tolerance, not to the bit. */
  backend: string
  /** What computes the nets that it has no kernels for, where there are such. */
  others?: string
  /** What goes on where it fails in the middle of a run; not given where nothing is to. Part of keys, too. */
  otherwise?: string
}

/** What computes one net: what stands in the config of its stage. */
export interface Computed {
  backend: string
  otherwise?: string
}

/** What of it computes a net of a kind. */
export function computedBy({ backend, others, otherwise }: Computing, net: NetKind): Computed {
  const knows = backendKind(backend)?.nets.includes(net) ?? true
  if (!knows && others !== undefined) return { backend: others }
  return { backend, ...(otherwise !== undefined && { otherwise }) }
}

/** What both of them may multiply in on this machine; not given where nothing is known before it is loaded. */
export interface Multiplying {
  precisions?: readonly Precision[] | undefined
  otherwisePrecisions?: readonly Precision[] | undefined
}

/** What a precision must be where something that may compute it does not multiply in it; null where all do, or that is not known. */
export function precisionExpected(
  { backend, precisions, otherwise, otherwisePrecisions }: Pick<Computing, 'backend' | 'otherwise'> & Multiplying,
  precision: string,
): string | null {
  const may = [{ id: backend, precisions }, ...(otherwise ? [{ id: otherwise, precisions: otherwisePrecisions }] : [])]
  const unable = may.find((each) => each.precisions?.every((one) => one !== precision))
  if (!unable) return null
  const all = (precisions ?? unable.precisions!).filter((one) =>
    may.every((each) => each.precisions?.includes(one) ?? true),
  )
  const known = all.map((each) => `"${each}"`).join(' or ')
  return `${known}: backend "${unable.id}" cannot multiply ${precision} on this machine${whenAsked(unable.id, backend)}`
}

/**
 * What moments must be kept in where something that may compute them cannot in what is asked; null where all can, or that is
 * not known.
 */
export function momentsExpected({ backend, otherwise }: Computing, moments = 'fp32'): string | null {
  const unable = [backend, otherwise].find((id) => id !== undefined && keepsNot(id, moments))
  if (unable === undefined) return null
  return `"fp32": backend "${unable}" cannot keep moments in ${moments}${whenAsked(unable, backend)}`
}

/** Why it is asked what one cannot do that is not the first. */
const whenAsked = (unable: string, backend: string) =>
  unable === backend ? '' : ', and stages go on there where a card fails (fallback)'

const keepsNot = (id: string, moments: string) => backendKind(id)?.moments.every((each) => each !== moments)
