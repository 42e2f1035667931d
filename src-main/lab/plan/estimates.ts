import { backendKind, type Precision } from '../../science/backends'
import { kindOf, readsOf, type DataConfig, type ModelSize, type Stage, type Work } from '../../science/stages'
import { TASKS } from '../../science/tasks'
import { median } from '../../science/maths/statistics'
import type { Store } from '../../store'

/** Share of its work after which a running stage foretells those of its like. */
const TELLING_SHARE = 0.05
/** Seconds of a stage below which its overhead is too much of them to say anything of larger models. */
const TELLING_SECONDS = 3
/**
 * How many times its own operations a model foretells: what a small one takes is mostly the way to its operations, so that
 * in proportion to them a larger one would be told to take many times too long.
 */
const TELLING_REACH = 16
/** Beyond this a stage did not take the time that its clock says: somebody set it. */
const LONGEST_SECONDS = 30 * 24 * 3600
/** How many past stages of the like have a say. */
const MEMORY = 5
/** Letters of a text of a task that does not say how long its texts are: as those of the bundled snippets. */
const LETTERS = 110
/** Letters a token: about 3 with the bundled vocabularies of prose, 4 to 5 with those of published models. */
const LETTERS_A_TOKEN = 3.5
/**
 * Of one that is gone on with: a bundled chess puzzle has 129 at the median, and with what it takes to write the answer token
 * by token the trainings of LOG.md cost as much as of 170.
 */
const WRITTEN_TOKENS = 170
/** What a stage takes at most beside its work: reading, writing, and a turn of the queue; what takes less in all has none. */
const START_SECONDS = 0.15

/** Time and room that a stage will take. */
export interface Estimator {
  /** Null when nothing is known of its like. */
  seconds: (stage: Stage) => number | null
  /** Whether that is by a default rate, and not by anything of the like that was done on this machine. */
  rough: (stage: Stage) => boolean
  /** Keeps what a measurement says that a stage takes, for all of its like. */
  keep: (stage: Stage, seconds: number, held: Held) => void
  /** Names what costs the same a unit of work. */
  likeness: (stage: Stage) => string
  /** Of its artifact and its rows in the store. */
  bytes: (stage: Stage) => number
}

/** Model sizes by content key. */
export type ModelSizes = ReadonlyMap<string, ModelSize>

/** What has the same name costs the same a unit of work. @param data config of the stage that its examples are from */
export function likenessOf({ kind, config }: Pick<Stage, 'kind' | 'config'>, data: object | undefined): string {
  const { moments = 'fp32' } = numbersOf({ kind, config })
  const numbers = [precisionOf({ kind, config }), moments]
  return [kind, ...(kindOf(kind).like?.(config) ?? []), ...numbers, ...(isWritten(data) ? ['texts'] : [])].join('/')
}

const numbersOf = ({ kind, config }: Pick<Stage, 'kind' | 'config'>) => kindOf(kind).numbers?.(config) ?? {}
const precisionOf = (stage: Pick<Stage, 'kind' | 'config'>) => numbersOf(stage).precision ?? 'fp32'

/** Whether examples are gone on with, token by token: that is dearer than one look at a text. */
const isWritten = (data: object = {}) => (data as Partial<DataConfig>).form?.kind === 'text'

/**
 * Tokens of an example that a pretrained model reads, by the letters that its task says, the longest text that the stage takes,
 * and what stands around it; of a choice, those of all its options.
 */
export function tokensOf({ kind, config }: Pick<Stage, 'kind' | 'config'>, data: object = {}): number {
  if (isWritten(data)) return WRITTEN_TOKENS
  const { model, tokens = model?.tokens ?? Infinity } = config as { model?: { tokens?: number }; tokens?: number }
  const text = Math.min(tokens, lettersOf(data) / LETTERS_A_TOKEN)
  return optionsOf(data) * (text + (kindOf(kind).around?.(config) ?? 0) / LETTERS_A_TOKEN)
}

/** Of a text, as its task says. */
export const lettersOf = ({ task = '' }: Partial<DataConfig>): number => TASKS[task]?.letters ?? LETTERS
/** Texts that an example is of. */
export const optionsOf = ({ form }: Partial<DataConfig>): number => (form?.kind === 'options' ? form.count : 1)

/**
 * Operations of a token's way forward: two a weight. Without a language head those of the blocks alone multiply, a row
 * among the embeddings is only read.
 */
const operationsOf = ({ layers, width, parameters }: ModelSize, language: boolean) =>
  2 * (language ? parameters : 12 * layers * width ** 2)

/** Whether a stage computes by the language head. */
export const speaks = (kind: Stage['kind'], data: object | undefined) => kindOf(kind).speaks === true || isWritten(data)

/** Most bytes that a learner held, and the process that it was in. */
export interface Held {
  learner: number
  process: number
}
/** Seconds of a stage to start, and then for a unit of its work. */
interface Rate {
  start: number
  unit: number
}
/** What was measured in this session, by likeness: the time, and what was held. */
export interface Measured {
  rates: Map<string, Rate>
  held: Map<string, Held>
}
/** Nothing yet. */
export const unmeasured = (): Measured => ({ rates: new Map(), held: new Map() })

/**
 * @param stages the plan that the asked stages are from
 * @param models those that its stages name
 * @param measured what stands in where this machine has no past of the like
 */
export function createEstimator(
  store: Store,
  stages: readonly Stage[],
  models: ModelSizes,
  measured: Measured = unmeasured(),
): Estimator {
  const { rates, perOperation } = pastRates(store, models)
  const byKey = new Map(stages.map((stage) => [stage.key, stage]))
  const dataOf = ({ needs }: Stage): object | undefined => {
    const { data = '' }: Partial<Record<string, string>> = needs
    return byKey.get(data)?.config
  }
  const sizesOf = (stage: Stage): Work => sizesIn(stage.config) ?? sizesIn(dataOf(stage)) ?? NO_SIZES
  const modelOf = (stage: Stage) => models.get(readsOf(stage).models[0] ?? '')
  /** Seconds a unit of work of a stage whose like this machine has not done. */
  function rateOf(stage: Stage): number | undefined {
    const kind = kindOf(stage.kind)
    const engine = backendKind(kind.backend?.(stage.config) ?? '')
    if (!engine) return kind.seconds
    const { defaultRate } = engine
    if (kind.unit === 'operation') return defaultRate?.operation
    if (readsOf(stage).models.length === 0) return defaultRate?.example
    const size = modelOf(stage)
    if (!size) return undefined
    const rate = perOperation(engine.id, precisionOf(stage), size) ?? defaultRate?.operation
    return rate && rate * operationsOf(size, speaks(stage.kind, dataOf(stage)))
  }
  /** By what other pretrained models take here. */
  const isForetold = (stage: Stage) => {
    const size = modelOf(stage)
    const backend = kindOf(stage.kind).backend?.(stage.config) ?? ''
    return size !== undefined && perOperation(backend, precisionOf(stage), size) !== undefined
  }
  const likeness = (stage: Stage) => likenessOf(stage, dataOf(stage))
  const workOf = (stage: Stage) => amountOf(stage, dataOf(stage), sizesOf(stage))
  const knownOf = (stage: Stage) => rates.get(likeness(stage)) ?? measured.rates.get(likeness(stage))
  return {
    seconds(stage) {
      const known = knownOf(stage)
      const unit = known?.unit ?? rateOf(stage)
      return unit === undefined ? null : (known?.start ?? START_SECONDS) + unit * workOf(stage)
    },
    rough: (stage) => knownOf(stage) === undefined && !isForetold(stage),
    keep(stage, seconds, { learner, process }) {
      const [work, name] = [workOf(stage), likeness(stage)]
      if (work > 0) measured.rates.set(name, rateFrom(seconds, work))
      const most = measured.held.get(name) ?? { learner: 0, process: 0 }
      measured.held.set(name, {
        learner: Math.max(learner, most.learner),
        process: Math.max(process, most.process),
      })
    },
    likeness,
    bytes: (stage) => kindOf(stage.kind).bytes(stage.config, sizesOf(stage), modelOf(stage)),
  }
}

function rateFrom(seconds: number, work: number): Rate {
  const start = Math.min(START_SECONDS, seconds)
  return { start, unit: (seconds - start) / work }
}

/** Work in what costs the same in stages that are alike: of pretrained models, tokens instead of examples. */
function amountOf(stage: Pick<Stage, 'kind' | 'config'>, data: object | undefined, sizes: Work): number {
  const work = kindOf(stage.kind).work(stage.config, sizes)
  return kindOf(stage.kind).reads(stage.config).models.length === 0 ? work : work * tokensOf(stage, data)
}

const NO_SIZES: Work = { weak: 0, transfer: 0, validation: 0, test: 0 }
/** Those that the config of a `data` stage asks for, of test sets from elsewhere as many as the test split. */
export function sizesIn(config: object = {}): Work | undefined {
  if (!('sizes' in config)) return undefined
  const { sizes, elsewhere = {} } = config as DataConfig
  return { ...sizes, elsewhere: Object.keys(elsewhere).length * sizes.test }
}

interface PastRates {
  /** Of each likeness: the medians of the latest, what runs now among them. */
  rates: Map<string, Rate>
  /** Seconds an operation of a model on a backend in a precision, by the latest others that are large enough to foretell it. */
  perOperation: (backend: string, precision: Precision, of: ModelSize) => number | undefined
}

function pastRates(store: Store, models: ModelSizes): PastRates {
  const seen = new Map<string, Rate[]>()
  const operations: { backend: string; precision: Precision; each: number; rate: number }[] = []
  const known = [...store.stages.underway(Date.now(), TELLING_SHARE), ...store.stages.finished()]
  for (const past of known) {
    if (!(past.seconds >= 0 && past.seconds < LONGEST_SECONDS)) continue
    const kind = kindOf(past.kind)
    const config = JSON.parse(past.config) as Stage['config']
    const data = past.dataConfig === null ? config : (JSON.parse(past.dataConfig) as object)
    const stage = { kind: past.kind, config }
    const rate = rateFrom(past.seconds, amountOf(stage, data, sizesIn(data) ?? NO_SIZES))
    const likeness = likenessOf(stage, data)
    const alike = seen.get(likeness) ?? []
    if (alike.length < MEMORY) seen.set(likeness, [...alike, rate])
    const size = models.get(kind.reads(config).models[0] ?? '')
    const backend = kind.backend?.(config)
    if (size && backend !== undefined && past.seconds > TELLING_SECONDS && !isWritten(data)) {
      const each = operationsOf(size, speaks(past.kind, data))
      operations.push({ backend, precision: precisionOf(stage), each, rate: rate.unit / each })
    }
  }
  return {
    rates: new Map([...seen].map(([name, rates]) => [name, middleOf(rates)])),
    perOperation(backend, precision, of) {
      const least = operationsOf(of, false) / TELLING_REACH
      const alike = operations.filter((past) => past.backend === backend && past.precision === precision)
      const telling = alike.filter(({ each }) => each >= least).slice(0, MEMORY)
      return telling.length > 0 ? median(telling.map(({ rate }) => rate)) : undefined
    },
  }
}

const middleOf = (rates: readonly Rate[]): Rate => ({
  start: median(rates.map(({ start }) => start)),
  unit: median(rates.map(({ unit }) => unit)),
})
