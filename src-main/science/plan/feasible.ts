import type { ModelSetting } from '../spec/choices'
import { MODELS } from '../models'
import type { Reading } from '../models/model'
import { MOST_PROBLEMS, oneOf, show, type Problem } from '../spec/problems'
import { sizeProblem } from '../size'
import type { ExperimentSpec, Names } from '../spec/spec'
import { SPLITS } from '../stages'
import { largestSizes, MIN_PER_CLASS, type RowCounts } from '../tasks'

/** What a plan depends on beside the spec. */
export interface PlanContext {
  /** Every task there is, by id. `sha256` is that of its bytes, `classes` their number, `names` those of an imported one. */
  sources: Record<
    string,
    { sha256: string; title: string; classes: number; names?: readonly string[]; rows?: RowCounts }
  >
  /** Bundled tasks, id → sha256; `CORPORA` of them are what word vectors are made from. */
  bundled: Record<string, string>
  /**
   * Every pretrained model that is known, by id: `key` is that of its content, so that a changed model is another stage;
   * null where it is not on this machine. `gone`: where its files were.
   */
  checkpoints: Record<
    string,
    { key: string | null; title: string; layers?: number; parameters?: number; gone?: string }
  >
  /** The backend that trains. Part of a training's key: backends agree to a tolerance, not to the bit. */
  backend: string
  /** Whether it trains in bf16 on this machine; not given where that is not known before it is loaded. */
  bf16?: boolean
}

/** What to say of a pretrained model that is known but not here; `id` is filled in. */
const NOT_HERE = (id: string) =>
  `a model that is on this machine: fetch it on the Models page, or by "models get ${id}"`

/** What to say of one whose files are not where they were. */
const NOT_THERE = (place: string) =>
  `a model whose files are where they were (${place}): put them back, or add it at its new place`

/** A spec that is well formed but names what is not there, or asks of it what it cannot give. */
export class PlanError extends Error {
  constructor(readonly problems: Problem[]) {
    super(problems.map((p) => `${p.path}: expected ${p.expected}, got ${p.got}`).join('\n'))
    this.name = 'PlanError'
  }
}

/** All that keeps a well-formed spec from being planned: what is not there, and what does not fit what is there. */
export function planProblems(spec: ExperimentSpec, context: PlanContext): Problem[] {
  const unfit = [sizeProblems, blockProblems, precisionProblems].flatMap((problemsOf) => problemsOf(spec, context))
  return [...sizeProblem(spec), ...nameProblems(spec, context), ...unfit].slice(0, MOST_PROBLEMS)
}

/** Every task and pretrained model that is named and not there. */
export function nameProblems(names: Names, context: Pick<PlanContext, 'sources' | 'checkpoints'>): Problem[] {
  return [...taskProblems(names, context), ...checkpointProblems(names, context)]
}

function taskProblems(spec: Names, { sources }: Pick<PlanContext, 'sources'>): Problem[] {
  const known = Object.keys(sources)
  const unknown = [...spec.tasks.entries()].filter(([, task]) => !known.includes(task)).slice(0, MOST_PROBLEMS)
  return unknown.map(([i, task]) => ({ path: `tasks[${i}]`, expected: oneOf(known, task), got: show(task) }))
}

/** Whole groups are dealt, so a split may get some examples of a class more than its share. */
const LUCK = 2

/** Sizes of which a task is known to leave some split too few examples of a class: its data stage would fail. */
function sizeProblems({ tasks, sizes, measure }: ExperimentSpec, { sources }: PlanContext): Problem[] {
  return tasks.flatMap((task) => {
    const { rows, classes, title } = sources[task] ?? {}
    if (!classes) return []
    const small = SPLITS.filter((split) => sizes[split] < MIN_PER_CLASS * classes)
    if (small.length > 0)
      return small.map((split) => ({
        path: `sizes.${split}`,
        expected: `at least ${MIN_PER_CLASS * classes}: ${MIN_PER_CLASS} of each of the ${classes} classes of "${title}"`,
        got: `${sizes[split]}`,
      }))
    if (!rows || rows.test === null) return []
    const largest = largestSizes(sizes, rows, measure)
    const starved = SPLITS.filter((split) => Math.floor(largest[split] / classes) + LUCK < MIN_PER_CLASS)
    return starved.map((split) => ({
      path: `sizes.${split}`,
      expected: `sizes of which the ${rows.all} examples of "${title}", shared out in proportion, leave this split ${MIN_PER_CLASS * classes}`,
      got: `${sizes[split]} of ${SPLITS.reduce((sum, each) => sum + sizes[each], 0)} in all, which leaves ${largest[split]}`,
    }))
  })
}

function checkpointProblems(spec: Names, { checkpoints }: Pick<PlanContext, 'checkpoints'>): Problem[] {
  const known = Object.keys(checkpoints)
  return (['weak', 'strong'] as const).flatMap((side) =>
    spec[side].flatMap((model, i) => {
      const reading = readingOf(model)
      if (!reading || checkpoints[reading.checkpoint]?.key) return []
      const { checkpoint } = reading
      const gone = checkpoints[checkpoint]?.gone
      const absent = gone === undefined ? NOT_HERE(checkpoint) : NOT_THERE(gone)
      const expected = known.includes(checkpoint) ? absent : oneOf(known, checkpoint)
      return [{ path: `${side}[${i}].checkpoint`, expected, got: show(checkpoint) }]
    }),
  )
}

/** More of the last blocks to train than the model has. */
function blockProblems(spec: ExperimentSpec, { checkpoints }: PlanContext): Problem[] {
  return (['weak', 'strong'] as const).flatMap((side) =>
    spec[side].flatMap(({ model, ...params }, i) => {
      const variant = MODELS[model]!
      if (variant.start !== 'checkpoint') return []
      const { checkpoint, trainBlocks = 0 } = variant.read(params)
      const { layers = Infinity, title } = checkpoints[checkpoint] ?? {}
      if (trainBlocks <= layers) return []
      return [
        { path: `${side}[${i}].blocks`, expected: `at most ${layers}, the blocks of ${title}`, got: show(trainBlocks) },
      ]
    }),
  )
}

function precisionProblems(spec: ExperimentSpec, { backend, bf16 }: PlanContext): Problem[] {
  if (bf16 !== false) return []
  const expected = `"fp32": backend "${backend}" cannot multiply bf16 on this machine`
  return (['weak', 'strong'] as const).flatMap((side) =>
    spec[side].flatMap(({ model, ...params }, i) => {
      const variant = MODELS[model]!
      const wants = variant.start === 'checkpoint' && variant.read(params).precision === 'bf16'
      return wants ? [{ path: `${side}[${i}].precision`, expected, got: show('bf16') }] : []
    }),
  )
}

/** How a model reads texts, where it starts from a pretrained one. */
export function readingOf({ model, ...params }: ModelSetting): Reading | null {
  const variant = MODELS[model]!
  return variant.start === 'checkpoint' || variant.start === 'features' ? variant.read(params) : null
}
