import { api, messageOf } from '../lib/api'
import { bytes, plural } from '../lib/format'
import type { RunSummary } from '../lib/types'
import { toasts } from './toasts.svelte'

/** What was put into the trash since the window was opened: it is taken out again step by step, wherever one stands by then. */
class Trash {
  /** The last step at the end. */
  thrown = $state.raw<readonly (readonly RunSummary[])[]>([])

  /** Puts runs into the trash, or takes them out. @returns whether that was done; why not is told */
  async put(runs: readonly RunSummary[], trashed: boolean): Promise<boolean> {
    if (runs.length === 0) return false
    try {
      const { bytes: held } = await api.trash({ runs: runs.map(({ id }) => id), trashed })
      const ids = new Set(runs.map(({ id }) => id))
      const before = this.thrown.filter((step) => !step.some(({ id }) => ids.has(id)))
      this.thrown = trashed ? [...before, runs] : before
      const what = runs.length === 1 ? runs[0]!.name : plural(runs.length, 'run')
      const undo = { label: 'Undo', run: () => void this.put(runs, false) }
      if (trashed) toasts.say(`${what}: in the trash for 30 days. Emptying it frees ${bytes(held)}.`, undo)
      else toasts.say(`${what}: out of the trash.`)
      return true
    } catch (error) {
      toasts.fail(messageOf(error))
      return false
    }
  }

  /** Takes out what was put in last. */
  undo(): void {
    void this.put(this.thrown.at(-1) ?? [], false)
  }

  /** Removes all that is in it for good. @throws ApiError when that could not be done */
  async empty(): Promise<{ freedBytes: number }> {
    const freed = await api.trashEmpty()
    this.thrown = []
    return freed
  }
}

export const trash = new Trash()
