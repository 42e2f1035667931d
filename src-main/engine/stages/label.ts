import { LABELS_FILE, writeLabels } from '../../data/labels'
import { PREDICTIONS, readPredictions } from '../../data/predictions'
import { count, type Choices } from '../../science/answers'
import { eachSplit, LABELS, labelsBy, type BySplit } from '../../science/labels'
import { argmax } from '../../science/maths/matrix'
import { accuracy } from '../../science/metrics'
import { LABELLED, rolesOf } from '../../science/stages'
import { choiceForm, choicesIn, truthOf, type PreparedTask } from '../../science/tasks'
import type { StageContext } from '../context'
import { needTask, type StageRunner } from './stage'

/** What supervisors say of the examples that they were not taught on, by their last evaluations, as labels: see `writeLabels`. */
export const label: StageRunner<'label'> = async (stage, context) => {
  const rule = LABELS[stage.config.form]
  if (!rule) throw new Error(`labels: expected one of ${Object.keys(LABELS).join(', ')}, got "${stage.config.form}"`)
  const task = await needTask(context)
  const said: BySplit<Choices>[] = []
  for (const role of rolesOf('model', stage.needs)) said.push(await lastSaid(role, task, context))
  const labels = labelsBy(rule, said)
  const summary: Record<string, number> = {}
  for (const split of LABELLED)
    summary[`accuracy_${split}`] = accuracy(argmax(labels[split].targets), truthOf(task.splits[split]))
  return { files: [{ name: LABELS_FILE, bytes: writeLabels(labels) }], summary }
}

/** What the training that fills a need said at its end. @throws Error where that is not of these examples */
async function lastSaid(
  role: string,
  { form, splits }: PreparedTask,
  context: StageContext,
): Promise<BySplit<Choices>> {
  const options = choicesIn(choiceForm(form))
  const bytes = await context.need(role, PREDICTIONS)
  const saidOf = readPredictions(bytes, `${context.job.needs[role]}/${PREDICTIONS}`)
  return eachSplit((split) => {
    const last = saidOf(split).answers.at(-1)!
    const [expected, got] = [`${splits[split].length} of ${options}`, `${count(last)} of ${last.options}`]
    if (got !== expected) throw new Error(`predictions of ${split}: expected ${expected} choices, got ${got}`)
    return last
  })
}
