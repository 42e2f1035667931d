import { writeSafetensors } from '../../data/checkpoints/safetensors'
import { zeros, type Matrix } from '../../science/maths/matrix'
import { accuracy, decide, distribution } from '../../science/metrics'
import { LABELLED } from '../../science/stages'
import type { PreparedTask } from '../../science/tasks/task'
import { needJson, needTensors, type StageRunner } from './stage'

/**
 * What a supervisor says of the examples that it was not taught on, by its last evaluation: `labels.safetensors`, per
 * split [n, classes], probabilities (soft) or one-hot decisions (hard).
 */
export const label: StageRunner<'label'> = async (stage, context) => {
  const { classes, splits } = await needJson<PreparedTask>(context, 'data', 'examples.json')
  const tensorOf = await needTensors(context, 'model', 'predictions.safetensors')
  const summary: Record<string, number> = {}
  const tensors = LABELLED.map((split) => {
    const { shape, data } = tensorOf(split)
    const expected = splits[split].length * (classes.length - 1)
    const last = data.subarray(data.length - expected)
    if (shape[1] !== splits[split].length || last.length !== expected)
      throw new Error(`predictions of ${split}: expected ${splits[split].length} examples, got [${shape.join(', ')}]`)
    const decisions = decide(last, classes.length)
    summary[`accuracy_${split}`] = accuracy(
      decisions,
      splits[split].map((e) => e.label),
    )
    const labels = stage.config.form === 'hard' ? oneHot(decisions, classes.length) : allClasses(last, classes.length)
    return { name: split, shape: [labels.rows, labels.cols], data: labels.data }
  })
  return { files: [{ name: 'labels.safetensors', bytes: writeSafetensors(tensors) }], summary }
}

/** Probabilities of all classes, [n, classes], from those of the classes from 1 on. */
function allClasses(probabilities: Float32Array, classes: number): Matrix {
  const out = zeros(probabilities.length / (classes - 1), classes)
  for (let i = 0; i < out.rows; i++) out.data.set(distribution(probabilities, i, classes), i * classes)
  return out
}

/** One row a decision, 1 in its column. */
export function oneHot(decisions: ArrayLike<number>, classes: number): Matrix {
  const out = zeros(decisions.length, classes)
  for (let i = 0; i < out.rows; i++) out.data[i * classes + decisions[i]!] = 1
  return out
}
