import { z } from 'zod'
import { ASKABLE, type Askable } from '../backends'
import { fieldsOf, partsOf, type Values } from '../spec/params'
import { problemsOf, type Problem } from '../spec/problems'
import type { ExperimentSpec } from '../spec/spec'
import { PRETRAINING, SHAPE, SHARED, type PretrainingSpec } from './params'

/** One model of a pretraining: its name, its size, and what of its training is otherwise than for all. */
export interface DecoderSetting extends Values<typeof SHAPE> {
  /** What it is called among the pretrained models afterwards. */
  id: string
  training?: Partial<PretrainingSpec>
  /** Updates after which it is kept as it stands, a model of its own: a ladder by the length of a pretraining. Ascending. */
  keep?: number[]
}

/** What a model is called as it stood after so many updates. */
export const keptName = (id: string, step: number): string => `${id}-at-${step}`

/** Language models of several sizes, pretrained on the same texts: the whole input of a run that makes them. */
export interface PretrainSpec extends Values<typeof SHARED> {
  version: 1
  kind: 'pretrain'
  name: string
  question: string
  /** Ids of corpora. */
  corpora: string[]
  /** Smallest first. */
  models: DecoderSetting[]
  training: PretrainingSpec
  /** What computes it, and whether what waits goes on elsewhere where a card fails: as of an experiment. */
  backend?: Askable
  fallback?: boolean
}

/** What a run was asked for: one of both. */
export type Asked = { spec: ExperimentSpec; pretraining: null } | { spec: null; pretraining: PretrainSpec }

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,59}$/, { error: 'expected a name of small letters, digits, - and .' })
const model = z
  .strictObject({
    id,
    ...fieldsOf(SHAPE),
    training: z.strictObject(partsOf(PRETRAINING)).optional(),
    keep: z.array(z.int().min(1)).min(1).max(50).optional(),
  })
  .superRefine((shape, context) => {
    const { width, heads } = shape as unknown as DecoderSetting
    if (width % (2 * heads) === 0) return
    const message = `a divisor of half the width ${width}: rotary positions turn pairs of columns`
    context.addIssue({ code: 'custom', path: ['heads'], message })
  })
const different = <T>(item: z.ZodType<T>, of: (one: T) => string) =>
  z
    .array(item)
    .min(1)
    .max(50)
    .superRefine((all, context) => {
      for (const [i, one] of all.entries()) {
        const sameAs = all.findIndex((other) => of(other) === of(one))
        if (sameAs < i)
          context.addIssue({ code: 'custom', path: [i], message: 'one that is not there yet', params: { sameAs } })
      }
    })

const schema = z.strictObject({
  version: z.literal(1),
  kind: z.literal('pretrain'),
  name: z.string().trim().min(1).max(120),
  question: z.string().max(500).default(''),
  corpora: different(z.string().min(1), (one) => one),
  models: different(model as unknown as z.ZodType<DecoderSetting>, (one) => one.id),
  training: z.strictObject(fieldsOf(PRETRAINING)).prefault({}),
  ...fieldsOf(SHARED),
  backend: z.enum(ASKABLE).optional(),
  fallback: z.boolean().optional(),
}) as unknown as z.ZodType<PretrainSpec>

/** Whether an input means to be a pretraining, well formed or not. */
export function isPretraining(input: unknown): input is { kind: 'pretrain' } {
  return typeof input === 'object' && input !== null && 'kind' in input && input.kind === 'pretrain'
}

/** Checks the spec of a pretraining and fills in every default. Never throws; every problem is reported. */
export function parsePretraining(
  input: unknown,
): { ok: true; spec: PretrainSpec } | { ok: false; problems: Problem[] } {
  const parsed = schema.safeParse(input)
  if (parsed.success) return { ok: true, spec: parsed.data }
  return { ok: false, problems: problemsOf(parsed.error, input, schema) }
}
