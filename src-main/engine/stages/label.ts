import { writeSafetensors } from '../../data/checkpoints/safetensors'
import { PREDICTIONS, readPredictions } from '../../data/predictions'
import { count, decisions, distributions } from '../../science/answers'
import { zeros, type Matrix } from '../../science/maths/matrix'
import { accuracy } from '../../science/metrics'
import { LABELLED } from '../../science/stages'
import type { PreparedTask } from '../../science/tasks/task'
import { needJson, type StageRunner } from './stage'

/**
 * What a supervisor says of the examples that it was not taught on, by its last evaluation: `labels.safetensors`, per
 * split [n, classes], probabilities (soft) or one-hot decisions (hard).
 */
export const label: StageRunner<'label'> = async (stage, context) => {
  const { classes, splits } = await needJson<PreparedTask>(context, 'data', 'examples.json')
  const bytes = await context.need('model', PREDICTIONS)
  const saidOf = readPredictions(bytes, `${context.job.needs['model']}/${PREDICTIONS}`)
  const summary: Record<string, number> = {}
  const tensors = LABELLED.map((split) => {
    const last = saidOf(split).answers.at(-1)!
    const [expected, got] = [`${splits[split].length} of ${classes.length}`, `${count(last)} of ${last.options}`]
    if (got !== expected) throw new Error(`predictions of ${split}: expected ${expected} classes, got ${got}`)
    const said = decisions(last)
    summary[`accuracy_${split}`] = accuracy(
      said,
      splits[split].map((e) => e.label),
    )
    const labels = stage.config.form === 'hard' ? oneHot(said, classes.length) : distributions(last)
    return { name: split, shape: [labels.rows, labels.cols], data: labels.data }
  })
  return { files: [{ name: 'labels.safetensors', bytes: writeSafetensors(tensors) }], summary }
}

/** One row a decision, 1 in its column. */
export function oneHot(decisions: ArrayLike<number>, classes: number): Matrix {
  const out = zeros(decisions.length, classes)
  for (let i = 0; i < out.rows; i++) out.data[i * classes + decisions[i]!] = 1
  return out
}
