import { LABELLED, type LabelledSplit } from '../science/stages'
import type { BySplit, LabelSet } from '../science/labels'
import { readSafetensors, writeSafetensors, type NamedTensor } from './checkpoints/safetensors'

/** Name of the file in the artifact of a label stage that holds its labels. */
export const LABELS_FILE = 'labels.safetensors'

/**
 * Labels as a file: one tensor a split, [examples, options]; where a rule weighs examples `<split>.weights`, [examples];
 * of several supervisors `<split>.teachers`, [supervisors, examples, options].
 */
export function writeLabels(labels: BySplit<LabelSet>): Uint8Array<ArrayBuffer> {
  return writeSafetensors(LABELLED.flatMap((split) => tensorsOf(split, labels[split])))
}

function tensorsOf(split: LabelledSplit, { targets, weights, teachers }: LabelSet): NamedTensor[] {
  const { rows, cols, data } = targets
  const tensors = [{ name: split as string, shape: [rows, cols], data }]
  if (weights) tensors.push({ name: `${split}.weights`, shape: [rows], data: weights })
  if (teachers) {
    const all = new Float32Array(teachers.length * data.length)
    teachers.forEach((teacher, t) => all.set(teacher.data, t * data.length))
    tensors.push({ name: `${split}.teachers`, shape: [teachers.length, rows, cols], data: all })
  }
  return tensors
}

/**
 * Reads what `writeLabels` wrote.
 * @param file its name, for messages
 * @returns the labels of a split; that throws an Error naming the file where they are not whole
 */
export function readLabels(bytes: Uint8Array, file: string): (split: LabelledSplit) => LabelSet {
  const tensors = readSafetensors(bytes, file)
  return (split) => {
    const find = (name: string, expected: readonly (number | null)[]) => {
      const found = tensors.find((tensor) => tensor.name === name)
      const fits =
        found?.shape.length === expected.length && expected.every((n, i) => n === null || n === found.shape[i])
      if (found && !fits)
        throw new Error(
          `${file}: ${name}: expected [${expected.map((n) => n ?? 'n').join(', ')}], got [${found.shape.join(', ')}]`,
        )
      return found
    }
    const found = find(split, [null, null])
    if (!found) {
      const names = tensors.map(({ name }) => name).join(', ')
      throw new Error(`${file}: expected a tensor "${split}", got ${names || 'none'}`)
    }
    const [rows, cols] = found.shape as [number, number]
    const matrix = (data: Float32Array) => ({ rows, cols, data })
    const weights = find(`${split}.weights`, [rows])
    const teachers = find(`${split}.teachers`, [null, rows, cols])
    const size = rows * cols
    return {
      targets: matrix(found.data),
      ...(weights && { weights: weights.data }),
      ...(teachers && {
        teachers: Array.from({ length: teachers.shape[0]! }, (_, t) =>
          matrix(teachers.data.subarray(t * size, (t + 1) * size)),
        ),
      }),
    }
  }
}
