import { api, messageOf } from '../lib/api'
import type { ArmName, ExampleRow, Remark } from '../lib/types'
import type { Examples } from './examples.svelte'
import { toasts } from './toasts.svelte'

type Of = ArmName & { seed: number; index: number }
const NONE: Remark = { flag: 0, note: '' }

/** What the user says of examples, one thing after the other, with the way back. */
export class Triage {
  /** What was said of each before, the latest last. */
  #past = $state.raw<readonly { of: Of; before: Remark }[]>([])
  #examples: Pick<Examples, 'remark'>

  constructor(examples: Pick<Examples, 'remark'>) {
    this.#examples = examples
  }

  /** How many changes can be taken back. */
  get depth(): number {
    return this.#past.length
  }

  async say(of: Of, { remark = NONE }: Pick<ExampleRow, 'remark'>, change: Partial<Remark>): Promise<void> {
    const next = { ...remark, ...change }
    if (next.flag === remark.flag && next.note === remark.note) return
    if (await this.#keep(of, next)) this.#past = [...this.#past, { of, before: remark }]
  }

  async undo(): Promise<void> {
    const last = this.#past.at(-1)
    if (last && (await this.#keep(last.of, last.before))) this.#past = this.#past.slice(0, -1)
  }

  async #keep(of: Of, remark: Remark): Promise<boolean> {
    try {
      await api.remark({ ...of, ...remark })
      this.#examples.remark(of.index, remark)
      return true
    } catch (error) {
      toasts.fail(`It was not kept: ${messageOf(error)}`)
      return false
    }
  }
}
