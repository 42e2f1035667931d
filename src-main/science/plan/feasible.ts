import { momentsExpected, precisionExpected } from '../backends'
import type { ModelSetting } from '../spec/choices'
import { METHODS } from '../methods'
import { MODELS } from '../models'
import type { Finetuning, Reading } from '../models/model'
import { mentions } from '../spec/mentions'
import { MOST_PROBLEMS, oneOf, show, type Problem } from '../spec/problems'
import { sizeProblem } from '../size'
import type { ExperimentSpec, Names } from '../spec/spec'
import { SPLITS } from '../stages'
import { largestSizes, MIN_PER_CHOICE, rulesOf } from '../tasks'
import type { PlanContext, Source } from './context'
import { promptProblems } from './prompting'
import { parametersOf } from './rungs'
import { textProblems } from './texts'

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
  const unfit = [
    ...[sizeProblems, readingProblems, methodProblems, blockProblems, precisionProblems, momentsProblems],
    ...[textProblems, promptProblems, difficultyProblems],
  ].flatMap((problemsOf) => problemsOf(spec, context))
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

/** Fewest examples of a split of a task, and what they are for. */
function leastOf({ form, classes, title }: Source): { least: number; why: string } {
  if (form === undefined)
    return {
      least: MIN_PER_CHOICE * classes,
      why: `: ${MIN_PER_CHOICE} of each of the ${classes} classes of "${title}"`,
    }
  const { least } = rulesOf(form)
  const places =
    form.kind === 'options' ? `: ${MIN_PER_CHOICE} with the right option at each of ${form.count} places` : ''
  return { least, why: `${places} of "${title}"` }
}

/** Whole groups are dealt, so a split may get some examples of a class more than its share. */
const LUCK = 2

/** Sizes of which a task is known to leave some split too few examples of a class: its data stage would fail. */
function sizeProblems({ tasks, sizes, measure, halves }: ExperimentSpec, { sources }: PlanContext): Problem[] {
  return tasks.flatMap((task) => {
    const source = sources[task]
    if (!source) return []
    const { rows, title } = source
    const { least, why } = leastOf(source)
    const small = SPLITS.filter((split) => sizes[split] < least)
    if (small.length > 0)
      return small.map((split) => ({
        path: `sizes.${split}`,
        expected: `at least ${least}${why}`,
        got: `${sizes[split]}`,
      }))
    if (!rows || rows.test === null) return []
    const largest = largestSizes(sizes, rows, measure, halves)
    const sorts = source.form ? 1 : source.classes
    const starved = SPLITS.filter((split) => Math.floor(largest[split] / sorts) + LUCK < least / sorts)
    return starved.map((split) => ({
      path: `sizes.${split}`,
      expected: `sizes of which the ${rows.all} examples of "${title}", shared out in proportion, leave this split ${least}`,
      got: `${sizes[split]} of ${SPLITS.reduce((sum, each) => sum + sizes[each], 0)} in all, which leaves ${largest[split]}`,
    }))
  })
}

function checkpointProblems(spec: Names, { checkpoints }: Pick<PlanContext, 'checkpoints'>): Problem[] {
  const known = Object.keys(checkpoints)
  return mentions(spec).flatMap(({ path, setting }) => {
    const reading = readingOf(setting)
    if (!reading || checkpoints[reading.checkpoint]?.key) return []
    const { checkpoint } = reading
    const gone = checkpoints[checkpoint]?.gone
    const absent = gone === undefined ? NOT_HERE(checkpoint) : NOT_THERE(gone)
    const expected = known.includes(checkpoint) ? absent : oneOf(known, checkpoint)
    return [{ path: `${path}.checkpoint`, expected, got: show(checkpoint) }]
  })
}

/** Tasks whose rows say nothing of their difficulty; of imported texts that is known once they are read. */
function difficultyProblems({ tasks, halves }: ExperimentSpec, { sources }: PlanContext): Problem[] {
  if (halves !== 'easy-to-hard') return []
  return tasks.flatMap((task, i) => {
    if (sources[task]?.graded !== false) return []
    return [
      {
        path: `tasks[${i}]`,
        expected: 'a task whose rows have a difficulty: "halves" is "easy-to-hard"',
        got: show(task),
      },
    ]
  })
}

/** Encoders that are to read texts first: nothing foretells the next token there. */
function readingProblems(spec: ExperimentSpec, { checkpoints }: PlanContext): Problem[] {
  return mentions(spec).flatMap(({ path, setting }) => {
    const { checkpoint = '', reading = 0 } = readingOf(setting) ?? {}
    const known = checkpoints[checkpoint]
    if (reading === 0 || known?.writes !== false) return []
    const expected = `0: ${known.title} has no language head, by which a model learns from texts without labels`
    return [{ path: `${path}.reading`, expected, got: show(reading) }]
  })
}

/** Parameters of methods that do not go together, and parts of the transfer half that are too small to learn from. */
function methodProblems({ methods, tasks, sizes }: ExperimentSpec, { sources }: PlanContext): Problem[] {
  return methods.flatMap((method, i) => {
    const variant = METHODS[method.method]!
    const own = variant.problems?.(parametersOf(method)) ?? []
    const { of = 1 } = variant.part?.(parametersOf(method)) ?? {}
    const rows = Math.floor(sizes.transfer / of)
    const starved = tasks.flatMap((task) => {
      const source = sources[task]
      if (of === 1 || !source) return []
      const { least, why } = leastOf(source)
      return rows < least ? [{ path: 'parts', expected: `parts of at least ${least} rows${why}`, got: `${rows}` }] : []
    })
    return [...own, ...starved.slice(0, 1)].map((problem) => ({ ...problem, path: `methods[${i}].${problem.path}` }))
  })
}

/** More of the last blocks to train than the model has. */
function blockProblems(spec: ExperimentSpec, { checkpoints }: PlanContext): Problem[] {
  return finetuned(spec).flatMap(({ path, checkpoint, trainBlocks = 0 }) => {
    const { layers = Infinity, title } = checkpoints[checkpoint] ?? {}
    if (trainBlocks <= layers) return []
    return [{ path: `${path}.blocks`, expected: `at most ${layers}, the blocks of ${title}`, got: show(trainBlocks) }]
  })
}

function precisionProblems(spec: ExperimentSpec, context: PlanContext): Problem[] {
  return finetuned(spec).flatMap(({ path, precision }) => {
    const expected = precisionExpected(context, precision)
    return expected === null ? [] : [{ path: `${path}.precision`, expected, got: show(precision) }]
  })
}

function momentsProblems(spec: ExperimentSpec, context: PlanContext): Problem[] {
  return finetuned(spec).flatMap(({ path, moments }) => {
    const expected = momentsExpected(context, moments)
    return expected === null ? [] : [{ path: `${path}.moments`, expected, got: show(moments) }]
  })
}

/** The models of a spec whose pretrained weights are trained on, with their places. */
function finetuned(spec: Names) {
  return mentions(spec).flatMap(({ path, setting: { model, ...params } }) => {
    const variant = MODELS[model]!
    return variant.start === 'checkpoint' ? [{ path, ...variant.read(params) }] : []
  })
}

/** Ids of the pretrained models that a spec starts from, each once. */
export function checkpointsOf(spec: Names): string[] {
  return [...new Set(mentions(spec).flatMap(({ setting }) => readingOf(setting)?.checkpoint ?? []))]
}

/** How a model reads texts, where it starts from a pretrained one; and how that is finetuned, where it is. */
export function readingOf({ model, ...params }: ModelSetting): (Reading & Partial<Finetuning>) | null {
  const variant = MODELS[model]!
  return variant.start === 'checkpoint' || variant.start === 'features' ? variant.read(params) : null
}
