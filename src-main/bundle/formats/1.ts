// Bundles of version 1, as the application 0.1.0 wrote them. Frozen: never edited, whatever becomes of the current layout.
import { z } from 'zod'
import { coversText } from '../../science/metrics'
import type { Second } from './2'

/** `bundle.json`. */
export const info = z.strictObject({
  format: z.literal('weak-to-strong-lab bundle'),
  version: z.literal(1),
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
const estimate = z.strictObject({
  value: z.number(),
  low: z.number(),
  high: z.number(),
  seeds: z.int(),
  examples: z.int(),
})
const pgr = z.discriminatedUnion('defined', [
  z.strictObject({
    defined: z.literal(true),
    value: z.number(),
    low: z.number(),
    high: z.number(),
    gap: z.number(),
    seeds: z.int(),
    examples: z.int(),
    convention: z.string(),
    warning: z.string().nullable(),
  }),
  z.strictObject({
    defined: z.literal(false),
    reason: z.string(),
    gap: z.number(),
    seeds: z.int(),
    examples: z.int(),
    convention: z.string(),
  }),
])
const seedResult = z.strictObject({
  seed: z.int(),
  weak: z.number(),
  student: z.number(),
  ceiling: z.number(),
  pgr: z.number().nullable(),
  agreement: z.number(),
  agreementWeakRight: z.number().nullable(),
  agreementWeakWrong: z.number().nullable(),
  ceilingAgreementWeakWrong: z.number().nullable(),
  step: z.int(),
})
const stopRule = z.enum(['last', 'weak-validation', 'oracle'])
const stopPoint = z.strictObject({ step: z.number(), student: z.number() })
const curve = z.array(z.number())

const arm = z.strictObject({
  arm: z.strictObject({
    id: z.string(),
    task: z.string(),
    weak: model,
    strong: model,
    method: z.object({ method: z.string() }).catchall(value),
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
      }),
    ),
  }),
  stop: stopRule,
  seedsDone: z.int(),
  weak: estimate.nullable(),
  student: estimate.nullable(),
  ceiling: estimate.nullable(),
  agreement: estimate.nullable(),
  agreementWeakRight: estimate.nullable(),
  agreementWeakWrong: estimate.nullable(),
  pgr: pgr.nullable(),
  bySeed: z.array(seedResult),
  training: z
    .strictObject({
      step: curve,
      truth: curve,
      truthLow: curve,
      truthHigh: curve,
      weakLabels: curve,
      weakErrors: curve,
    })
    .nullable(),
  stops: z.strictObject({ last: stopPoint, 'weak-validation': stopPoint, oracle: stopPoint }).nullable(),
})

/** `results.json`. */
export const results = z.strictObject({
  runId: z.string(),
  arms: z.array(arm.extend({ predictions: z.array(z.strictObject({ seed: z.int(), file: z.string() })) }).strict()),
})

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

/** Results of version 1 as version 2 tells them: its intervals took every row for independent, its seeds one split. */
export function upgraded({ arms }: z.infer<typeof results>): Second {
  const told = arms.map(({ arm, ...report }) => ({
    ...report,
    arm: { ...arm, measure: 'test' as const, optimisers: null },
    covers: report.student && {
      redraw: 'order' as const,
      seeds: report.student.seeds,
      groups: report.student.examples,
      rows: report.student.examples,
    },
    references: {},
    saving: null,
    warnings: [],
  }))
  return { covers: coversText(told), arms: told, contrasts: [] }
}
