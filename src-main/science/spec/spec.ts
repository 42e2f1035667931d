import { z } from 'zod'
import type { LossChoice, MethodChoice, ModelSetting, OptimiserChoice } from './choices'
import { ASKABLE, type Askable } from '../backends'
import { LABELS } from '../labels'
import { soft } from '../labels/soft'
import { LOSSES } from '../losses'
import { METHODS } from '../methods'
import { METRICS } from '../metrics/variants'
import { accuracy } from '../metrics/variants/accuracy'
import { MODELS } from '../models'
import { OPTIMISER } from '../optimiser'
import { distinct } from './distinct'
import { promptingSchema, type Prompting } from './prompting'
import { fieldsOf, partsOf, type ParamTable, type Values } from './params'
import type { Split } from '../stages'

export type { LossChoice, MethodChoice, ModelChoice, ModelSetting, OptimiserChoice } from './choices'
export { OPTIMISER, type OptimiserSpec } from '../optimiser'
export type { Problem } from './problems'

/** What a spec says beside tasks, models and methods. */
export const RUN = {
  labels: {
    type: 'choice',
    default: soft.id,
    label: 'Weak labels',
    source: 'arXiv 2312.09390 3.2',
    help: 'By which rule a supervisor’s answers become the labels that a student learns from.',
    options: Object.values(LABELS).map(({ id, title, help }) => ({ value: id, label: title, help })),
  },
  stop: {
    type: 'choice',
    default: 'last',
    label: 'Stop',
    source: 'arXiv 2312.09390 5.1.1',
    help: 'Which evaluation is reported. The ground-truth oracle is always drawn, never reported.',
    options: [
      { value: 'last', label: 'last step' },
      { value: 'weak-validation', label: 'best on weak validation labels' },
    ],
  },
  metric: {
    type: 'choice',
    default: accuracy.id,
    label: 'Headline metric',
    help: 'Which metric a result tells first; all of them are computed. Stops and warnings go by accuracy.',
    options: Object.values(METRICS).map(({ id, title }) => ({ value: id, label: title })),
  },
  evaluations: {
    type: 'integer',
    default: 20,
    min: 2,
    max: 500,
    label: 'Evaluations',
    help: 'How often every split is predicted during a training; the curves have that many points.',
  },
  reference: {
    type: 'boolean',
    default: false,
    label: 'Reference line',
    help: 'Also trains a bag-of-words regression on the rows and labels of the ceiling. Where the ceiling lies under it, the strong model is not strong on that task.',
  },
  elsewhere: {
    type: 'boolean',
    default: true,
    label: 'Test sets from elsewhere',
    source: 'arXiv 2510.21332',
    help: 'Where a task has test sets of the same question over other texts, the three models are asked about them too, once they are trained. Not while development rows are measured.',
  },
  probe: {
    type: 'boolean',
    default: false,
    label: 'Untuned probe',
    source: 'arXiv 2312.09390 5.2.3',
    help: 'Also trains a linear probe over every student as it was before finetuning, on the rows and labels of the ceiling: what a linear head finds there. Only of students that are transformers; a probe is its own.',
  },
  control: {
    type: 'boolean',
    default: false,
    label: 'Same-size control',
    help: 'Adds an arm for every supervisor in which it teaches a model like itself: what its labels do where no capability is added.',
  },
  weights: {
    type: 'choice',
    default: 'keep',
    label: 'Weights',
    help: 'Whether trained weights stay on disk: a pretrained model takes four bytes a parameter, a training. Results need none.',
    options: [
      { value: 'keep', label: 'keep' },
      { value: 'drop', label: 'drop' },
    ],
  },
  splitSeed: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_000_000,
    label: 'Split seed',
    help: 'Decides which examples land in which split. The seeds of a run share one test split.',
  },
  redraw: {
    type: 'choice',
    default: 'halves',
    label: 'Seeds redraw',
    help: 'With the halves, each seed draws weak half, transfer half and validation anew from the same pool, so that intervals cover the choice of training data too. The test split stays.',
    options: [
      { value: 'halves', label: 'halves and order' },
      { value: 'order', label: 'order of training alone' },
    ],
  },
  halves: {
    type: 'choice',
    default: 'any',
    label: 'Supervisor’s rows',
    source: 'after arXiv 2312.09390 C',
    help: 'With the easier ones, student, ceiling and test have the harder half of the rows: does what is taught on easy ones carry over? Takes a task whose rows say how difficult they are, as chess puzzles do.',
    options: [
      { value: 'any', label: 'any' },
      { value: 'easy-to-hard', label: 'the easier ones' },
    ],
  },
  measure: {
    type: 'choice',
    default: 'test',
    label: 'Measured on',
    help: 'Development rows are a fifth of the groups that is never tested on, whatever the split seed. Choose settings on them, then report on the test rows.',
    options: [
      { value: 'test', label: 'test rows' },
      { value: 'development', label: 'development rows' },
    ],
  },
} as const satisfies ParamTable

/** Upper bounds for the number of examples of each split; a smaller dataset fills less, in proportion. */
export const SIZES = {
  weak: {
    type: 'integer',
    default: 1000,
    min: 20,
    max: 1_000_000,
    label: 'Weak half',
    unit: 'examples',
    help: 'Ground truth for the supervisor.',
  },
  transfer: {
    type: 'integer',
    default: 1000,
    min: 20,
    max: 1_000_000,
    label: 'Transfer half',
    unit: 'examples',
    help: 'Labelled by the supervisor for the student, by ground truth for the ceiling.',
  },
  validation: {
    type: 'integer',
    default: 300,
    min: 10,
    max: 1_000_000,
    label: 'Validation',
    unit: 'examples',
    help: 'Weakly labelled; chooses the early stop.',
  },
  test: {
    type: 'integer',
    default: 1000,
    min: 10,
    max: 1_000_000,
    label: 'Test',
    unit: 'examples',
    help: 'Ground truth, never trained on.',
  },
} as const satisfies Record<Split, ParamTable[string]>

interface More {
  /** Fields beside the parameters. */
  fields?: Record<string, z.ZodType>
  /** What checks the models among the parameters. */
  settings?: z.ZodType<ModelSetting>
}

/**
 * A union over the variants of one noun, told apart by the field `tag`; unknown keys are refused. Its type is what the caller
 * says: which keys a variant has is in tables that the compiler does not see.
 */
function choice<T>(
  tag: keyof T & string,
  variants: Record<string, { params: ParamTable }>,
  { fields = {}, settings }: More = {},
): z.ZodType<T> {
  const [first, ...others] = Object.entries(variants).map(([id, v]) =>
    z.strictObject({ [tag]: z.literal(id), ...fieldsOf(v.params, settings), ...fields }),
  )
  const union: z.ZodType = z.discriminatedUnion(tag, [first!, ...others])
  return union as z.ZodType<T>
}

const optimiser: z.ZodType<OptimiserChoice> = z.strictObject(partsOf(OPTIMISER))
const modelSetting = choice<ModelSetting>('model', MODELS, { fields: { optimiser: z.optional(optimiser) } })
export const methodChoice = (settings: z.ZodType<ModelSetting> = modelSetting) =>
  choice<MethodChoice>('method', METHODS, { settings })
/** A loss with its parameters, as it stands in a `train` stage. */
export const lossChoice = choice<LossChoice>('loss', LOSSES)

/** What an input names that has to be there; what cannot be read stands as something that names nothing. */
const named = modelSetting.catch({ model: 'words' })
export const namesSchema = z
  .object({
    tasks: z.array(z.string().catch('')).catch([]),
    weak: z.array(named).catch([]),
    strong: z.array(named).catch([]),
    methods: z.array(methodChoice(named).catch({ method: 'naive' })).catch([]),
  })
  .catch({ tasks: [], weak: [], strong: [], methods: [] }) satisfies z.ZodType<Names>

const sizes: z.ZodType<ExperimentSpec['sizes']> = z.strictObject(fieldsOf(SIZES))

/** An experiment: the whole input of a run. Every array multiplies: tasks × weak × strong (or its pairs) × methods × seeds. */
export const specSchema: z.ZodType<ExperimentSpec> = z
  .strictObject({
    version: z.literal(1),
    name: z.string().trim().min(1).max(120),
    question: z.string().max(500).default(''),
    tasks: distinct(z.string().min(1)),
    weak: distinct(modelSetting),
    strong: distinct(modelSetting),
    methods: distinct(methodChoice(modelSetting)),
    sizes: sizes.prefault({}),
    optimiser: optimiser.prefault({}),
    ...fieldsOf(RUN),
    seeds: distinct(z.int().min(0).max(1_000_000)),
    pairs: distinct(z.tuple([z.int().min(0), z.int().min(0)])).optional(),
    prompting: promptingSchema.optional(),
    backend: z.enum(ASKABLE).optional(),
    fallback: z.boolean().optional(),
  })
  .superRefine(({ weak, strong, pairs = [] }, context) => {
    for (const [i, pair] of pairs.entries())
      for (const [j, list] of [weak, strong].entries())
        if (pair[j]! >= list.length) {
          const message = `the place of one of the ${list.length} ${j === 0 ? 'supervisors' : 'students'}, counted from 0`
          context.addIssue({ code: 'custom', path: ['pairs', i, j], message })
        }
  })
/** The part of an experiment that names what a machine may lack. */
export type Names = Pick<ExperimentSpec, 'tasks' | 'weak' | 'strong' | 'methods'>
export interface ExperimentSpec extends Values<typeof RUN> {
  version: 1
  name: string
  question: string
  /** Ids of bundled or imported tasks. */
  tasks: string[]
  weak: ModelSetting[]
  strong: ModelSetting[]
  methods: MethodChoice[]
  sizes: Values<typeof SIZES>
  /** What every model is trained by, where its own entry says nothing else; what neither says is the model's default. */
  optimiser: OptimiserChoice
  seeds: number[]
  /** Which supervisor teaches which student, by their places in `weak` and `strong`; not given: each of them each. */
  pairs?: [number, number][] | undefined
  /** How the students are prompted, as they were before training; not given: they are not. */
  prompting?: Prompting | undefined
  /** What computes; not given: the best that works. Its nets of other kinds go to the next one. */
  backend?: Askable | undefined
  /** Whether stages that wait go on, on the next backend, where a card fails; not given: they do not. */
  fallback?: boolean | undefined
}
