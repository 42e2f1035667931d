import type { Calls, TaskRows } from '../../src-preload/contract'
import { TASKS } from './sample'

/** The rows of a task of the simulated world: half of each class, those of the second the longer ones. */
export const rowsOf = ({ task, model, turn }: Parameters<Calls['taskRows']>[0]): TaskRows => {
  const { form, classes: names, examples: rows } = TASKS.find(({ id }) => id === task)!
  const half = rows / 2
  return {
    ...{ task, form, names, rows, testRows: null, classes: { train: names.map(() => half), test: null } },
    ...{ model: model === '' ? null : 'Pocket S', measured: model === '' ? rows : 2000 },
    lengths: [
      {
        ...{ of: 'texts', from: [0, 10, 20], longest: 64 },
        series: names.map((name, i) => ({ name, texts: half, median: 12 + i, counts: [half - 2 - i, 2, i] })),
      },
    ],
    cut: model === '' ? null : { limit: 40, share: 0.12 },
    examples: [{ text: `Example of turn ${turn}.`, at: null, right: names[1]! }],
  }
}
