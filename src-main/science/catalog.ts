import { LOSSES } from './losses'
import { METHODS } from './methods'
import type { MetricInfo, MetricVariant } from './metrics/metric'
import { METRICS } from './metrics/variants'
import { MODELS } from './models'
import { OPTIMISER } from './optimiser'
import type { ParamTable } from './spec/params'
import { RUN, SIZES } from './spec/spec'

/** One variant of a noun as plain data. */
export interface VariantInfo {
  id: string
  title: string
  help: string
  source?: string
  params: ParamTable
}

/** What a spec may name of what is built in. */
export interface Described {
  models: VariantInfo[]
  methods: VariantInfo[]
  losses: VariantInfo[]
  metrics: MetricInfo[]
  optimiser: ParamTable
  run: ParamTable
  sizes: ParamTable
}

/** As plain data: drives the builder's form and `w2s catalog`. */
export function describeCatalog(): Described {
  return {
    models: Object.values(MODELS).map(describe),
    methods: Object.values(METHODS).map(describe),
    losses: Object.values(LOSSES).map(describe),
    metrics: Object.values(METRICS).map(describeMetric),
    optimiser: OPTIMISER,
    run: RUN,
    sizes: SIZES,
  }
}

function describe({ id, title, help, source, params }: VariantInfo): VariantInfo {
  return source === undefined ? { id, title, help, params } : { id, title, help, source, params }
}

function describeMetric(metric: MetricVariant): MetricInfo {
  const { id, title, short, help, source, better, range, needs, unit } = metric
  return { id, title, short, help, ...(source !== undefined && { source }), better, range, needs, unit }
}
