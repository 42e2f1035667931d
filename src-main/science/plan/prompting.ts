import { promptedName, type ShotLabels } from '../levels'
import { instructionOf } from '../prompts'
import { MODELS } from '../models'
import { oneOf, show, type Problem } from '../spec/problems'
import type { ModelSetting } from '../spec/choices'
import type { Prompting } from '../spec/prompting'
import type { ExperimentSpec } from '../spec/spec'
import type { PromptConfig } from '../stages'
import { namesOf, type PlanContext } from './context'

/** One way to prompt the strong model, which is told as a level. */
export interface PromptLevel {
  name: string
  shots: number
  labels: ShotLabels
}

/** The levels that a spec asks for; whose labels none has is no matter. */
export function promptLevels({ shots, labels }: Prompting): PromptLevel[] {
  return shots.flatMap((n) =>
    (n === 0 ? labels.slice(0, 1) : labels).map((of) => ({ name: promptedName(n, of), shots: n, labels: of })),
  )
}

/** How the models are asked about a task. */
export function wordingOf(
  { template, instructions, verbalisers }: Prompting,
  task: string,
  { sources }: Pick<PlanContext, 'sources'>,
): Pick<PromptConfig, 'instruction' | 'template' | 'answers'> {
  const source = sources[task]!
  const answers = source.form ? [] : (verbalisers?.[task] ?? namesOf(task, source))
  const instruction = instructions?.[task] ?? instructionOf(source.question ?? '', answers)
  return { instruction, template, ...(answers.length > 0 && { answers }) }
}

/** What keeps the students of a spec from being prompted. */
export function promptProblems(spec: ExperimentSpec, context: PlanContext): Problem[] {
  const { prompting } = spec
  if (!prompting) return []
  return [...taskProblems(spec, context), ...modelProblems(spec, context), ...wordProblems(prompting, spec, context)]
}

function taskProblems({ tasks }: ExperimentSpec, { sources }: PlanContext): Problem[] {
  return tasks.flatMap((task, i) => {
    const source = sources[task]
    if (source?.form?.kind !== 'text') return []
    const expected = `a task of classes or options: prompting scores their answers, and "${source.title}" is a task of texts`
    return [{ path: `tasks[${i}]`, expected, got: show(task) }]
  })
}

/**
 * Whether a model can be prompted. The students that a spec names all can; those of controls, which are its supervisors, and
 * of rungs on the way need not, and have no such levels then.
 */
export const isPromptable = (setting: ModelSetting, context: Pick<PlanContext, 'checkpoints'>): boolean =>
  whyMute(setting, context) === null

function modelProblems({ strong }: ExperimentSpec, context: PlanContext): Problem[] {
  return strong.flatMap((setting, i) => {
    const why = whyMute(setting, context)
    return why ? [{ ...why, path: `strong[${i}].${why.path}` }] : []
  })
}

/** Why a model cannot be prompted, at its place in its entry. */
function whyMute(
  { model, ...params }: ModelSetting,
  { checkpoints }: Pick<PlanContext, 'checkpoints'>,
): Problem | null {
  const variant = MODELS[model]!
  if (variant.start !== 'checkpoint' && variant.start !== 'features') {
    const expected = 'a pretrained transformer: prompting asks a model as it is by its language head'
    return { path: 'model', expected, got: show(model) }
  }
  const { checkpoint } = variant.read(params)
  if (checkpoints[checkpoint]?.writes !== false) return null
  const expected = 'a model that writes: prompting asks it by its language head'
  return { path: 'checkpoint', expected, got: `${show(checkpoint)}, an encoder` }
}

/** Words for a task that is not there, that has no classes, or another number of them. */
function wordProblems(prompting: Prompting, { tasks }: ExperimentSpec, { sources }: PlanContext): Problem[] {
  const { instructions = {}, verbalisers = {} } = prompting
  const strange = Object.entries({ instructions, verbalisers }).flatMap(([field, of]) =>
    Object.keys(of)
      .filter((task) => !tasks.includes(task))
      .map((task) => ({ path: `prompting.${field}.${task}`, expected: oneOf(tasks, task), got: show(task) })),
  )
  const unfit = Object.entries(verbalisers).flatMap(([task, words]) => {
    const source = tasks.includes(task) ? sources[task] : undefined
    const path = `prompting.verbalisers.${task}`
    if (!source) return []
    if (source.form) return [{ path, expected: `none: "${source.title}" has no classes`, got: show(words) }]
    if (words.length === source.classes) return []
    const expected = `${source.classes} words, one a class: ${namesOf(task, source).map(show).join(', ')}`
    return [{ path, expected, got: show(words) }]
  })
  return [...strange, ...unfit]
}
