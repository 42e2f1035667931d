import { z } from 'zod'
import { stopSchema } from '../science/metrics'
import type { ArmResult, Contrast } from '../science/metrics/result'

/** Version of the bundle's layout; a reader refuses what is newer than itself. */
export const BUNDLE_VERSION = 3
export const MANIFEST = 'manifest-sha256.txt'

/** `bundle.json`: what the file is, before anything else of it is trusted. */
export const bundleInfoSchema = z.strictObject({
  format: z.literal('weak-to-strong-lab bundle'),
  version: z.literal(BUNDLE_VERSION),
  app: z.string(),
  run: z.strictObject({
    id: z.string(),
    name: z.string(),
    question: z.string(),
    state: z.string(),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  }),
  /** Id of a task, or of a test set from elsewhere → whether its texts are inside (hashes of the texts always are). */
  texts: z.record(z.string(), z.boolean()),
})
export type BundleInfo = z.infer<typeof bundleInfoSchema>

const value = z.union([z.string(), z.number(), z.boolean()])
const model = z.object({ model: z.string() }).catchall(value)
const optimiser = z.strictObject({
  epochs: z.number(),
  batch: z.int(),
  lr: z.number(),
  schedule: z.enum(['constant', 'linear', 'cosine']),
  weightDecay: z.number(),
  clipNorm: z.number(),
})
/** A model as a spec names it, with what of its optimiser it sets. */
const setting = z.object({ model: z.string() }).catchall(z.union([value, optimiser.partial()]).optional())
const method = z.object({ method: z.string() }).catchall(z.union([value, z.array(setting)]))
/** A share of examples. */
const share = z.number().min(0).max(1)
/** A difference of two shares. */
const signed = z.number().min(-1).max(1)
const count = z.int().min(0)
/** What chance may have done to a number has no bounds: the ends of an interval are not held to them. */
const estimateOf = (value: z.ZodNumber) =>
  z.strictObject({ value, low: z.number(), high: z.number(), seeds: count, examples: count })
const estimate = estimateOf(share)
const nonNegative = estimateOf(z.number().min(0))
const pgr = z.discriminatedUnion('defined', [
  z.strictObject({
    defined: z.literal(true),
    value: z.number(),
    low: z.number(),
    high: z.number(),
    gap: z.number(),
    seeds: count,
    examples: count,
    convention: z.string(),
    warning: z.string().nullable(),
  }),
  z.strictObject({
    defined: z.literal(false),
    reason: z.string(),
    gap: z.number(),
    seeds: count,
    examples: count,
    convention: z.string(),
  }),
])
const byRule = (value: z.ZodNumber) => z.strictObject({ last: value, 'weak-validation': value, oracle: value })
/** One metric: the ranges of those that the application knows are held to its map, by whoever computes them again. */
const metric = estimateOf(z.number())
const numbers = z.array(z.number())
const measured = z.strictObject({
  weak: metric,
  student: metric,
  ceiling: metric,
  pgr,
  references: z.record(z.string(), metric),
  bySeed: z.array(
    z.strictObject({
      seed: z.int(),
      weak: z.number(),
      student: z.number(),
      ceiling: z.number(),
      pgr: z.number().nullable(),
    }),
  ),
  training: z.strictObject({ mean: numbers, low: numbers, high: numbers }).nullable(),
  stops: byRule(z.number()),
})
const elsewhere = z.strictObject({
  id: z.string(),
  rows: count,
  groups: count,
  measures: z.record(z.string(), measured.pick({ weak: true, student: true, ceiling: true, pgr: true, bySeed: true })),
})
const seedResult = z.strictObject({
  seed: z.int(),
  step: count,
  agreement: share,
  agreementWeakRight: share.nullable(),
  agreementWeakWrong: share.nullable(),
  ceilingAgreementWeakWrong: share.nullable(),
})
const curve = z.array(share)

/** One arm's numbers, as the science computes them. */
const armSchema = z.strictObject({
  arm: z.strictObject({
    id: z.string(),
    task: z.string(),
    weak: model,
    strong: model,
    method,
    optimisers: z.strictObject({ weak: optimiser, strong: optimiser }).nullable(),
    measure: z.enum(['test', 'development']),
    parameters: z.strictObject({ weak: count.nullable(), strong: count.nullable() }).optional(),
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
  stop: stopSchema,
  covers: z.strictObject({ redraw: z.enum(['order', 'halves']), seeds: count, groups: count, rows: count }).nullable(),
  seedsDone: count,
  measures: z.record(z.string(), measured),
  agreement: estimate.nullable(),
  agreementWeakRight: estimate.nullable(),
  agreementWeakWrong: estimate.nullable(),
  saving: estimateOf(signed).nullable(),
  tax: estimateOf(signed).optional(),
  copying: estimateOf(signed).nullable().optional(),
  crossEntropy: z
    .strictObject({ all: nonNegative.nullable(), weakRight: nonNegative.nullable(), weakWrong: nonNegative.nullable() })
    .optional(),
  warnings: z.array(z.string()),
  bySeed: z.array(seedResult),
  training: z.strictObject({ step: z.array(count), weakLabels: curve, weakErrors: curve }).nullable(),
  stops: byRule(z.number().min(0)).nullable(),
  /** Not there in bundles of before, and where no set was asked about. */
  elsewhere: z.array(elsewhere).optional(),
}) satisfies z.ZodType<ArmResult>

const difference = z.strictObject({ value: z.number(), low: z.number(), high: z.number() })
const contrastSchema = z.strictObject({
  arm: z.string(),
  against: z.string(),
  title: z.string(),
  task: z.string(),
  differ: z.enum(['method', 'weak', 'strong']),
  measures: z.record(z.string(), z.strictObject({ student: difference, pgr: difference.nullable() })),
  seeds: z.int(),
  examples: z.int(),
}) satisfies z.ZodType<Contrast>

/**
 * `results.json`. `covers` says in a sentence what the intervals cover; `predictions` names the table of every seed whose
 * stages are all done; `contrasts` are the paired differences of arms.
 */
export const resultsSchema = z.strictObject({
  covers: z.string(),
  arms: z.array(
    armSchema.extend({ predictions: z.array(z.strictObject({ seed: z.int(), file: z.string() })) }).strict(),
  ),
  contrasts: z.array(contrastSchema),
})
export type Results = z.infer<typeof resultsSchema>

/** `environment.json`: where the numbers come from. No user, host or folder names. */
export const environmentSchema = z.strictObject({
  app: z.string(),
  electron: z.string().nullable(),
  node: z.string(),
  platform: z.string(),
  arch: z.string(),
  osRelease: z.string(),
  cpu: z.string(),
  threads: z.int(),
  memoryBytes: z.number(),
  /** Pretrained models that the run started from; `key` is that of their content, as in plan.json. */
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
      /** That computed; null where a library chose for itself, and in bundles of earlier versions. */
      threads: z.int().nullable(),
      /** Instruction set of the kernels; null where that is not known. */
      isa: z.string().nullable(),
      reason: z.string(),
      startedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
      error: z.string(),
    }),
  ),
})
export type Environment = z.infer<typeof environmentSchema>
