import type { TaskInfo } from '../lib/types'
import { lab } from './lab.svelte'

/** A task of the catalog; undefined until that is read, and of a task that was removed. */
export const taskOf = (id: string | undefined): TaskInfo | undefined =>
  lab.catalog.value?.tasks.find((task) => task.id === id)

export const taskTitle = (id: string): string => taskOf(id)?.title ?? id
