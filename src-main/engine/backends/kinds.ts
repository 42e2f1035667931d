// The one list of engines: what is known of each before any is loaded. Pure, so that plans, estimates and menus may read it.

/** A number of what a net multiplies with, see `LearnerOptions`. */
export type Precision = 'fp32' | 'bf16'

interface Kind {
  id: string
  title: string
  /** Why it is there where it loads, as the reason of a choice begins. */
  when: string
  /** What of it may bring a GPU, which is then tried before all others; null where nothing does. */
  gpu: string | null
  /** Those that it may have, as the processor allows. */
  precisions: readonly Precision[]
  /**
   * Seconds where this machine has no past stage of the like: of a training, an example passed forward; of a pretrained
   * model, an operation. Measured on two cores; see LOG.md.
   */
  defaultRate: { example: number; operation: number }
}

/** Every engine in the order in which `auto` tries them: the fastest first, and last the one that needs nothing. */
export const BACKENDS_IN_ORDER = [
  {
    id: 'cpu',
    title: 'Native engine',
    when: 'Compiled for this machine',
    gpu: null,
    precisions: ['fp32', 'bf16'],
    defaultRate: { example: 1.5e-6, operation: 4e-12 },
  },
  {
    id: 'tensorflow',
    title: 'TensorFlow',
    when: 'libtensorflow is installed',
    gpu: 'libtensorflow',
    precisions: ['fp32'],
    defaultRate: { example: 6e-6, operation: 1.5e-11 },
  },
  {
    id: 'wasm',
    title: 'WebAssembly',
    when: 'Nothing faster is installed',
    gpu: null,
    precisions: ['fp32'],
    defaultRate: { example: 8e-6, operation: 6e-11 },
  },
] as const satisfies readonly Kind[]

export type BackendId = (typeof BACKENDS_IN_ORDER)[number]['id']

/** What is known of an engine; undefined for what is none. */
export function backendKind(id: BackendId): Kind
export function backendKind(id: string): Kind | undefined
export function backendKind(id: string): Kind | undefined {
  return BACKENDS_IN_ORDER.find((kind) => kind.id === id)
}
