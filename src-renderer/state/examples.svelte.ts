import { messageOf } from '../lib/api'
import type { ExampleQuery, ExampleRow, Remark, RightCounts } from '../lib/types'

export type Slice = Omit<ExampleQuery, 'offset' | 'limit'>
type Fetch = (query: ExampleQuery) => Promise<{ total: number; right: RightCounts; rows: ExampleRow[] }>

const PAGE = 200
/** As many as are answered at once. */
const MOST = 1000

/** A slice of examples that is fetched page by page as it is looked at. */
export class Examples {
  total = $state<number | null>(null)
  /** Of how many of all of them each model is right. */
  right = $state.raw<RightCounts | null>(null)
  error = $state('')
  #pages = $state.raw<readonly (readonly ExampleRow[] | undefined)[]>([])
  /** Pages that are there or on their way. */
  #asked: boolean[] = []
  #slice: Slice | null = null
  #turn = 0
  #fetch: Fetch

  constructor(fetch: Fetch) {
    this.#fetch = fetch
  }

  /** Shows another slice; its first page is fetched at once, the old rows stand until it is there. */
  async show(slice: Slice): Promise<void> {
    this.#slice = slice
    this.#turn++
    this.#asked = []
    await this.#load(0, true)
  }

  /** The row at a place of the slice, once it is there. */
  row(at: number): ExampleRow | undefined {
    return this.#pages[Math.floor(at / PAGE)]?.[at % PAGE]
  }

  /** All rows of the slice, there or not. @throws as the fetch does */
  async all(): Promise<ExampleRow[]> {
    const slice = this.#slice
    const rows: ExampleRow[] = []
    for (let total = slice ? 1 : 0; rows.length < total;) {
      const page = await this.#fetch({ ...slice!, offset: rows.length, limit: MOST })
      if (page.rows.length === 0) break
      rows.push(...page.rows)
      total = page.total
    }
    return rows
  }

  /** Shows what is said of an example now; it stays where it is, though it may no longer be one that is asked for. */
  remark(index: number, remark: Remark): void {
    const said = (row: ExampleRow) => (row.index === index ? { ...row, remark } : row)
    this.#pages = this.#pages.map((page) => page?.map(said))
  }

  /** Fetches what is missing of [from, to]. */
  ensure(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page++) void this.#load(page, false)
  }

  async #load(page: number, fresh: boolean): Promise<void> {
    if (!this.#slice || this.#asked[page]) return
    this.#asked[page] = true
    const turn = this.#turn
    try {
      const { total, right, rows } = await this.#fetch({ ...this.#slice, offset: page * PAGE, limit: PAGE })
      if (turn !== this.#turn) return
      const pages = fresh ? [] : [...this.#pages]
      pages[page] = rows
      this.#pages = pages
      this.total = total
      this.right = right
      this.error = ''
    } catch (error) {
      if (turn !== this.#turn) return
      this.#asked[page] = false
      this.error = messageOf(error)
    }
  }
}
