// Bundles of version 2, in which accuracy was the only metric. Frozen: never edited, whatever becomes of the current layout.
import { z } from 'zod'
import { csv, type Cell } from '../csv'
import type { Results } from '../format'
import { describe } from '../tables'

/** `bundle.json`. */
export const info = z.strictObject({
  format: z.literal('weak-to-strong-lab bundle'),
  version: z.literal(2),
  app: z.string(),
  run: z.strictObject({
    id: z.string(),
    name: z.string(),
    question: z.string(),
    state: z.string(),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  }),
  texts: z.record(z.string(), z.boolean()),
})
const value = z.union([z.string(), z.number(), z.boolean()])
const model = z.object({ model: z.string() }).catchall(value)
/** An accuracy, or another share of examples. */
const share = z.number().min(0).max(1)
/** A difference of two shares. */
const signed = z.number().min(-1).max(1)
const count = z.int().min(0)
/** What chance may have done to a number has no bounds: the ends of an interval are not held to them. */
const estimateOf = (value: z.ZodNumber) =>
  z.strictObject({ value, low: z.number(), high: z.number(), seeds: count, examples: count })
const estimate = estimateOf(share)
const pgr = z.discriminatedUnion('defined', [
  z.strictObject({
    defined: z.literal(true),
    value: z.number(),
    low: z.number(),
    high: z.number(),
    gap: signed,
    seeds: count,
    examples: count,
    convention: z.string(),
    warning: z.string().nullable(),
  }),
  z.strictObject({
    defined: z.literal(false),
    reason: z.string(),
    gap: signed,
    seeds: count,
    examples: count,
    convention: z.string(),
  }),
])
const seedResult = z.strictObject({
  seed: z.int(),
  weak: share,
  student: share,
  ceiling: share,
  pgr: z.number().nullable(),
  agreement: share,
  agreementWeakRight: share.nullable(),
  agreementWeakWrong: share.nullable(),
  ceilingAgreementWeakWrong: share.nullable(),
  step: count,
})
const optimiser = z.strictObject({
  epochs: z.number(),
  batch: z.int(),
  lr: z.number(),
  schedule: z.enum(['constant', 'linear', 'cosine']),
  weightDecay: z.number(),
  clipNorm: z.number(),
})
const stopRule = z.enum(['last', 'weak-validation', 'oracle'])
const stopPoint = z.strictObject({ step: z.number().min(0), student: share })
const curve = z.array(share)

/** One arm's numbers, as the science computes them. */
const armSchema = z.strictObject({
  arm: z.strictObject({
    id: z.string(),
    task: z.string(),
    weak: model,
    strong: model,
    method: z.object({ method: z.string() }).catchall(value),
    optimisers: z.strictObject({ weak: optimiser, strong: optimiser }).nullable(),
    measure: z.enum(['test', 'development']),
    title: z.string(),
    weakTitle: z.string(),
    strongTitle: z.string(),
    methodTitle: z.string(),
    seeds: z.array(
      z.strictObject({
        seed: z.int(),
        weak: z.string(),
        labels: z.string(),
        student: z.string(),
        ceiling: z.string(),
        references: z.record(z.string(), z.string()).optional(),
      }),
    ),
  }),
  stop: stopRule,
  covers: z.strictObject({ redraw: z.enum(['order', 'halves']), seeds: count, groups: count, rows: count }).nullable(),
  seedsDone: count,
  weak: estimate.nullable(),
  student: estimate.nullable(),
  ceiling: estimate.nullable(),
  agreement: estimate.nullable(),
  agreementWeakRight: estimate.nullable(),
  agreementWeakWrong: estimate.nullable(),
  pgr: pgr.nullable(),
  references: z.record(z.string(), estimate),
  saving: estimateOf(signed).nullable(),
  warnings: z.array(z.string()),
  bySeed: z.array(seedResult),
  training: z
    .strictObject({
      step: z.array(count),
      truth: curve,
      truthLow: curve,
      truthHigh: curve,
      weakLabels: curve,
      weakErrors: curve,
    })
    .nullable(),
  stops: z.strictObject({ last: stopPoint, 'weak-validation': stopPoint, oracle: stopPoint }).nullable(),
})

const difference = z.strictObject({ value: z.number(), low: z.number(), high: z.number() })
const contrastSchema = z.strictObject({
  arm: z.string(),
  against: z.string(),
  title: z.string(),
  task: z.string(),
  differ: z.enum(['method', 'weak', 'strong']),
  student: difference,
  pgr: difference.nullable(),
  seeds: z.int(),
  examples: z.int(),
})

/** `results.json`. */
export const results = z.strictObject({
  covers: z.string(),
  arms: z.array(
    armSchema.extend({ predictions: z.array(z.strictObject({ seed: z.int(), file: z.string() })) }).strict(),
  ),
  contrasts: z.array(contrastSchema),
})
export type Second = z.infer<typeof results>

/** `environment.json`. */
export const environment = z.strictObject({
  app: z.string(),
  electron: z.string().nullable(),
  node: z.string(),
  platform: z.string(),
  arch: z.string(),
  osRelease: z.string(),
  cpu: z.string(),
  threads: z.int(),
  memoryBytes: z.number(),
  models: z
    .array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        key: z.string(),
        licence: z.string().nullable(),
        source: z.string(),
      }),
    )
    .default([]),
  stages: z.array(
    z.strictObject({
      key: z.string(),
      title: z.string(),
      state: z.string(),
      backend: z.string(),
      device: z.string(),
      reason: z.string(),
      startedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
      error: z.string(),
    }),
  ),
})

/** Results of version 2 as this version tells them: their one metric was accuracy. */
export function upgraded({ covers, arms, contrasts }: Second): Results {
  return {
    covers,
    arms: arms.map(({ weak, student, ceiling, pgr, references, bySeed, training, stops, ...report }) => {
      const measures: Results['arms'][number]['measures'] = {}
      if (weak && student && ceiling && pgr && stops)
        measures['accuracy'] = {
          ...{ weak, student, ceiling, pgr, references },
          bySeed: bySeed.map(({ seed, weak, student, ceiling, pgr }) => ({ seed, weak, student, ceiling, pgr })),
          training: training && { mean: training.truth, low: training.truthLow, high: training.truthHigh },
          stops: each(stops, ({ student }) => student),
        }
      return {
        ...{ ...report, measures },
        bySeed: bySeed.map(({ weak: _w, student: _s, ceiling: _c, pgr: _p, ...seed }) => seed),
        training: training && besideWeak(training),
        stops: stops && each(stops, ({ step }) => step),
      }
    }),
    contrasts: contrasts.map(({ student, pgr, ...contrast }) => ({
      ...contrast,
      measures: { accuracy: { student, pgr } },
    })),
  }
}

type Arm = Second['arms'][number]
const besideWeak = ({ step, weakLabels, weakErrors }: NonNullable<Arm['training']>) => ({
  step,
  weakLabels,
  weakErrors,
})
type Stops = NonNullable<Arm['stops']>
const each = (stops: Stops, of: (at: Stops['last']) => number) => ({
  last: of(stops.last),
  'weak-validation': of(stops['weak-validation']),
  oracle: of(stops.oracle),
})

const RESULT_COLUMNS = ['task', 'weak_model', 'strong_model', 'method', 'stop', 'seed', 'step', 'weak', 'student']
  .concat(['ceiling', 'pgr', 'agreement', 'agreement_weak_right', 'agreement_weak_wrong'])
  .concat(['ceiling_agreement_weak_wrong'])

/** `results.csv`, of the results as `upgraded` tells them. */
export function resultTable(arms: Results['arms']): Iterable<string> {
  const rows = arms.flatMap(({ arm, stop, bySeed, measures }) =>
    bySeed.map((s, i): Cell[] => {
      const { weak = null, student = null, ceiling = null, pgr = null } = measures['accuracy']?.bySeed[i] ?? {}
      return [
        ...[arm.task, describe(arm.weak), describe(arm.strong), describe(arm.method), stop, s.seed, s.step],
        ...[weak, student, ceiling, pgr, s.agreement, s.agreementWeakRight, s.agreementWeakWrong],
        s.ceilingAgreementWeakWrong,
      ]
    }),
  )
  return csv(RESULT_COLUMNS, rows)
}
