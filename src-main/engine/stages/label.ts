import { LABELS_FILE, writeLabels } from '../../data/labels'
import { PREDICTIONS, readPredictions } from '../../data/predictions'
import { readTexts, TEXT_LABELS, TEXTS, writeTexts } from '../../data/texts'
import { count, decisions, optionsIn, type Answers, type Decision } from '../../science/answers'
import { eachSplit, LABELS, labelsBy, type BySplit } from '../../science/labels'
import { argmax } from '../../science/maths/matrix'
import { accuracy } from '../../science/metrics'
import { LABELLED, rolesOf, type LabelledSplit } from '../../science/stages'
import { choiceForm, choicesIn, truthOf, type PreparedTask } from '../../science/tasks'
import type { StageContext } from '../context'
import { needTask, type StageOf, type StageOutput, type StageRunner } from './stage'

/**
 * What supervisors say of the examples that they were not taught on, by their last evaluations. Of choices the labels that a
 * rule makes of it (see `writeLabels`); of texts those that one wrote (see `writeTexts`), whatever the rule: there are no
 * probabilities of other ones.
 */
export const label: StageRunner<'label'> = async (stage, context) => {
  const task = await needTask(context)
  return task.form.kind === 'text' ? labelTexts(stage, task, context) : labelChoices(stage, task, context)
}

async function labelChoices(stage: StageOf<'label'>, task: PreparedTask, context: StageContext): Promise<StageOutput> {
  const rule = LABELS[stage.config.form]
  if (!rule) throw new Error(`labels: expected one of ${Object.keys(LABELS).join(', ')}, got "${stage.config.form}"`)
  const options = choicesIn(choiceForm(task.form))
  const said = await lastSaid(stage, task, options, async (role) =>
    readPredictions(...(await answersOf(context, role, PREDICTIONS))),
  )
  const labels = labelsBy(rule, said)
  const decided = (split: LabelledSplit) => argmax(labels[split].targets)
  return { files: [{ name: LABELS_FILE, bytes: writeLabels(labels) }], summary: judge(task, decided) }
}

async function labelTexts(stage: StageOf<'label'>, task: PreparedTask, context: StageContext): Promise<StageOutput> {
  const supervisors = rolesOf('model', stage.needs).length
  if (supervisors > 1) throw new Error(`labels: texts have no mean: expected one supervisor, got ${supervisors}`)
  const saidOf = readTexts(...(await answersOf(context, 'model', TEXTS)))
  const [last] = await lastSaid(stage, task, 0, () => Promise.resolve(saidOf))
  const { steps } = saidOf('test')
  const written = new Map(LABELLED.map((split) => [split, [last![split]]]))
  return {
    files: [{ name: TEXT_LABELS, bytes: writeTexts(steps.slice(-1), written) }],
    summary: judge(task, (split) => decisions(last![split])),
  }
}

/** What every supervisor said at its end. @throws Error where that is not of the task's examples */
async function lastSaid<A extends Answers>(
  { needs }: StageOf<'label'>,
  { splits }: PreparedTask,
  options: number,
  read: (role: string) => Promise<(split: string) => { answers: A[] }>,
): Promise<BySplit<A>[]> {
  const all: BySplit<A>[] = []
  for (const role of rolesOf('model', needs)) {
    const saidOf = await read(role)
    const last = eachSplit((split) => {
      const said = saidOf(split).answers.at(-1)!
      const [expected, got] = [`${splits[split].length} of ${options}`, `${count(said)} of ${optionsIn(said)}`]
      if (got !== expected) throw new Error(`predictions of ${split}: expected ${expected} choices, got ${got}`)
      return said
    })
    all.push(last)
  }
  return all
}

/** How many of the labels are right. */
function judge(
  { splits }: PreparedTask,
  decided: (split: LabelledSplit) => ArrayLike<Decision>,
): StageOutput['summary'] {
  return Object.fromEntries(
    LABELLED.map((split) => [`accuracy_${split}`, accuracy(decided(split), truthOf(splits[split]))]),
  )
}

/** A file of a supervisor's training, with its name for messages. */
async function answersOf(context: StageContext, role: string, file: string): Promise<[Uint8Array, string]> {
  return [await context.need(role, file), `${context.job.needs[role]}/${file}`]
}
