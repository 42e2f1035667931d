import { LABELS, type RuleInfo } from './labels'
import { LOSSES } from './losses'
import { METHODS } from './methods'
import type { MetricInfo, MetricVariant } from './metrics/metric'
import { METRICS } from './metrics/variants'
import { MODELS } from './models'
import type { ModelVariant } from './models/model'
import { OPTIMISER } from './optimiser'
import type { ParamTable } from './spec/params'
import { RUN, SIZES } from './spec/spec'
import { TEXTS_IN_BUNDLES } from './tasks'

/** One variant of a noun as plain data. */
export interface VariantInfo {
  id: string
  title: string
  help: string
  source?: string
  /** Of a model: what it starts from. */
  start?: ModelVariant['start']
  params: ParamTable
}

/** What a spec may name of what is built in. */
export interface Described {
  models: VariantInfo[]
  methods: VariantInfo[]
  losses: VariantInfo[]
  labels: RuleInfo[]
  metrics: MetricInfo[]
  optimiser: ParamTable
  run: ParamTable
  sizes: ParamTable
  /** Which texts leave this machine with a bundle, in a sentence. */
  textsInBundles: string
}

/** As plain data: drives the builder's form and `w2s catalog`. */
export function describeCatalog(): Described {
  return {
    models: Object.values(MODELS).map(describe),
    methods: Object.values(METHODS).map(describe),
    losses: Object.values(LOSSES).map(describe),
    labels: Object.values(LABELS).map(describeRule),
    metrics: Object.values(METRICS).map(describeMetric),
    optimiser: OPTIMISER,
    run: RUN,
    sizes: SIZES,
    textsInBundles: TEXTS_IN_BUNDLES,
  }
}

function describe({ id, title, help, source, start, params }: VariantInfo): VariantInfo {
  return { id, title, help, ...(source !== undefined && { source }), ...(start && { start }), params }
}

function describeRule({ id, title, help, source }: RuleInfo): RuleInfo {
  return { id, title, help, ...(source !== undefined && { source }) }
}

function describeMetric(metric: MetricVariant): MetricInfo {
  const { id, title, short, help, source, better, range, needs, unit } = metric
  return { id, title, short, help, ...(source !== undefined && { source }), better, range, needs, unit }
}
