import type { Calls, Remark, Slice } from '../../../src-preload/contract'
import { exampleFilterSchema } from '../../science/metrics'
import type { Store } from '../../store'
import { LabError } from '../errors'
import type { Results } from './index'
import { armIn, type ArmsOf } from './pairs'

/** What the user says of examples, and the slices of them that have names. */
export interface Remarks {
  /** @throws LabError `not-found` of an example that is not there */
  say(said: Parameters<Calls['remark']>[0]): Promise<null>
  slices(task: string): Slice[]
  saveSlice(slice: Slice): null
  removeSlice(slice: Pick<Slice, 'task' | 'name'>): null
}

export function createRemarks(store: Store, results: Pick<Results, 'nameOf'>, armsOf: ArmsOf): Remarks {
  return {
    async say({ index, flag, note, ...ref }) {
      const { task } = armIn(armsOf(ref.runId), ref.armId)
      const example = await results.nameOf(armsOf, { ...ref, index })
      if (example === null) throw new LabError('not-found', `There is no test example ${index}.`)
      if (flag === 0 && note.trim() === '') store.remarks.remove(task, example)
      else store.remarks.put({ task, example, flag, note: note.trim() })
      return null
    },
    slices: (task) =>
      store.slices.of(task).map(({ name, filter }) => {
        return { task, name, filter: exampleFilterSchema.parse(JSON.parse(filter)) }
      }),
    saveSlice({ task, name, filter }) {
      store.slices.put({ task, name, filter: JSON.stringify(filter) })
      return null
    },
    removeSlice({ task, name }) {
      store.slices.remove(task, name)
      return null
    },
  }
}

/** What is said of the examples of a task, by their names. */
export const remarksOf = (store: Store, task: string): Record<string, Remark> =>
  Object.fromEntries(store.remarks.of(task).map(({ example, flag, note }) => [example, { flag, note }]))
