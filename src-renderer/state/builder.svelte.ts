import { messageOf } from '../lib/api'
import { fieldsAt, isFields, valueAt, withValue } from '../lib/draft'
import type { Preview, Problem } from '../lib/types'
import { Steps } from './steps'

const WAIT_MS = 200
const KEPT = 'w2s.draft'

/** The draft that outlives a reload; a browser that refuses storage only forgets it. */
function kept(): string {
  try {
    return localStorage.getItem(KEPT) ?? ''
  } catch {
    return ''
  }
}
function keep(text: string): void {
  try {
    localStorage.setItem(KEPT, text)
  } catch {
    // nothing to be done: the draft lives as long as the window
  }
}

/** What an undone step brings back: the text too, for it may be no JSON yet. */
interface State {
  draft: unknown
  text: string
  textError: string
}

/** The name of the JSON text among the fields that are typed into: no path of a spec. */
const TEXT = '{}'

/** One experiment in the making: a draft that form and JSON edit alike, checked by the lab as it changes. */
export class Builder {
  draft = $state.raw<unknown>(null)
  /** The JSON tab's text. */
  text = $state('')
  /** Why the text is no JSON object; '' when it is. */
  textError = $state('')
  preview = $state.raw<Preview | null>(null)
  previewError = $state('')
  checking = $state(false)
  /** How far the form is scrolled; taken up again when one comes back to it. */
  scroll = 0
  problems = $derived<Problem[]>(this.preview && !this.preview.valid ? this.preview.problems : [])

  #check: (draft: unknown) => Promise<Preview>
  #timer: ReturnType<typeof setTimeout> | null = null
  #turn = 0
  #steps = new Steps<State>()
  /** Whether the draft is a kept one: an earlier version may have written it, and then it is put into today's words. */
  #kept = false

  constructor(check: (draft: unknown) => Promise<Preview>) {
    this.#check = check
  }

  /** Takes up the kept draft, else the given one; once. */
  begin(fallback: unknown): void {
    if (this.draft !== null) return
    const text = kept()
    this.#kept = text !== ''
    if (text) this.#read(text)
    if (this.draft === null) this.#take(fallback)
  }

  /** Replaces the whole draft, e.g. by a preset's. */
  load(spec: unknown): void {
    this.#change(spec)
  }

  /** Sets one value, or removes it with `undefined`; what is typed into one field is one step to undo. */
  set(path: string, value: unknown, typed = false): void {
    this.#change(withValue(this.draft, path, value), typed ? path : '')
  }

  /** Takes the last step back. */
  undo(): void {
    this.#return(this.#steps.undo(this.#state()))
  }

  /** Takes the step again that was taken back last. */
  redo(): void {
    this.#return(this.#steps.redo(this.#state()))
  }

  /** What last stood at this place and fits, of the drafts before this one. */
  recall(path: string, fits: (value: unknown) => boolean): unknown {
    return valueAt(this.#steps.find(({ draft }) => fits(valueAt(draft, path)))?.draft, path)
  }

  /** The JSON tab was typed in. The form follows whenever the text can be read. */
  type(text: string): void {
    this.#steps.record(this.#state(), TEXT)
    this.#read(text)
  }

  #state(): State {
    return { draft: this.draft, text: this.text, textError: this.textError }
  }

  #change(draft: unknown, field = ''): void {
    if (JSON.stringify(draft, null, 2) === this.text) return
    this.#steps.record(this.#state(), field)
    this.#take(draft)
  }

  #return(state: State | undefined): void {
    if (!state) return
    Object.assign(this, state)
    keep(JSON.stringify(this.draft, null, 2))
    this.#checkSoon()
  }

  #read(text: string): void {
    this.text = text
    try {
      const draft: unknown = JSON.parse(text)
      if (!isFields(draft)) throw new Error('expected an object: { "version": 1, … }')
      this.draft = draft
      this.textError = ''
      keep(text)
      this.#checkSoon()
    } catch (error) {
      this.textError = messageOf(error)
    }
  }

  /** The problem of the field at exactly this path. */
  problemAt(path: string): Problem | undefined {
    return this.problems.find((problem) => problem.path === path)
  }

  /** Problems at this path and below it. */
  problemsUnder(path: string): Problem[] {
    return this.problems.filter(
      (p) => p.path === path || p.path.startsWith(`${path}.`) || p.path.startsWith(`${path}[`),
    )
  }

  #take(draft: unknown): void {
    this.draft = draft
    this.text = JSON.stringify(draft, null, 2)
    this.textError = ''
    keep(this.text)
    this.#checkSoon()
  }

  #checkSoon(): void {
    this.checking = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.recheck(), WAIT_MS)
  }

  /** Asks the lab now; a late answer about an older draft is dropped. */
  async recheck(): Promise<void> {
    const turn = ++this.#turn
    this.checking = true
    try {
      const preview = await this.#check(this.draft)
      if (turn !== this.#turn) return
      this.preview = preview
      if (preview.valid && preview.spec && this.#kept && 'weak' in fieldsAt(this.draft, 'optimiser'))
        this.#take(preview.spec)
      this.#kept = false
      this.previewError = ''
    } catch (error) {
      if (turn === this.#turn) this.previewError = messageOf(error)
    }
    if (turn === this.#turn) this.checking = false
  }
}
