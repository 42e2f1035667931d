import { writeSafetensors } from '../../data/checkpoints/safetensors'
import { PREDICTIONS, readPredictions } from '../../data/predictions'
import { count, decisions, distributions, type Decision } from '../../science/answers'
import { zeros, type Matrix } from '../../science/maths/matrix'
import { accuracy } from '../../science/metrics'
import { LABELLED } from '../../science/stages'
import { choiceForm, choicesIn, truthOf } from '../../science/tasks'
import { needTask, type StageRunner } from './stage'

/**
 * What a supervisor says of the examples that it was not taught on, by its last evaluation: `labels.safetensors`, per
 * split [n, choices], probabilities (soft) or one-hot decisions (hard).
 */
export const label: StageRunner<'label'> = async (stage, context) => {
  const { form, splits } = await needTask(context)
  const choices = choicesIn(choiceForm(form))
  const bytes = await context.need('model', PREDICTIONS)
  const saidOf = readPredictions(bytes, `${context.job.needs['model']}/${PREDICTIONS}`)
  const summary: Record<string, number> = {}
  const tensors = LABELLED.map((split) => {
    const last = saidOf(split).answers.at(-1)!
    const [expected, got] = [`${splits[split].length} of ${choices}`, `${count(last)} of ${last.options}`]
    if (got !== expected) throw new Error(`predictions of ${split}: expected ${expected} choices, got ${got}`)
    const said = decisions(last)
    summary[`accuracy_${split}`] = accuracy(said, truthOf(splits[split]))
    const labels = stage.config.form === 'hard' ? oneHot(said, choices) : distributions(last)
    return { name: split, shape: [labels.rows, labels.cols], data: labels.data }
  })
  return { files: [{ name: 'labels.safetensors', bytes: writeSafetensors(tensors) }], summary }
}

/** One row a decision, 1 in its column. */
export function oneHot(decisions: ArrayLike<Decision>, choices: number): Matrix {
  const out = zeros(decisions.length, choices)
  for (let i = 0; i < out.rows; i++) out.data[i * choices + Number(decisions[i])] = 1
  return out
}
