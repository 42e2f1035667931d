import type { TaskInfo } from '../lib/types'
import { lab } from './lab.svelte'

/** A task of the catalog; undefined until that is read, and of a task that was removed. */
export const taskOf = (id: string | undefined): TaskInfo | undefined =>
  lab.catalog.value?.tasks.find((task) => task.id === id)

export const taskTitle = (id: string): string => taskOf(id)?.title ?? id

/** Title of a test set from elsewhere of a task. */
export const setTitle = (task: string, id: string): string =>
  taskOf(task)?.elsewhere?.find((set) => set.id === id)?.title ?? id
