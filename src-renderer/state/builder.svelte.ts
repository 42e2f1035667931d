import { followText, readText, SpecTextError, writeText } from '../../src-preload/spec-text'
import { changedName } from '../lib/again'
import { messageOf } from '../lib/api'
import { changesOf, sameWork } from '../lib/diff'
import { fieldsAt, isFields, parsePath, valueAt, withValue } from '../lib/draft'
import { keep, recall } from '../lib/kept'
import { quickestFirst } from '../lib/presets'
import type { Catalog, Preset, Preview, Problem } from '../lib/types'
import { Steps } from './steps'

const WAIT_MS = 200
/** Where the draft outlives a reload. */
const KEPT = 'w2s.draft'
const KEPT_BASE = 'w2s.draft.base'

/** What a draft came from: a preset, or a run that is to be run again otherwise. */
export interface Base {
  kind: 'preset' | 'run'
  id: string
  /** What people call it. */
  name: string
  spec: unknown
}

/** The presets as what a draft may come from, the quickest first. */
export const basesOf = (catalog: Catalog): Base[] => quickestFirst(catalog).map(baseOf)
export const baseOf = ({ id, title, spec }: Preset): Base => ({ kind: 'preset', id, name: title, spec })

function isBase(value: unknown): value is Base {
  return isFields(value) && (value['kind'] === 'preset' || value['kind'] === 'run') && isFields(value['spec'])
}

function keptBase(): Base | null {
  const base: unknown = JSON.parse(recall(KEPT_BASE) || 'null')
  return isBase(base) ? base : null
}

/** Why a text is no spec yet, and in which line. */
interface TextFault {
  line: number
  message: string
}

/** What an undone step brings back: the text too, for it may be no YAML yet. */
interface State {
  draft: unknown
  base: Base | null
  text: string
  told: string
  textFault: TextFault | null
}

/** The name of the text among the fields that are typed into: no path of a spec. */
const TEXT = '{}'

/**
 * One experiment in the making: a draft that form and text edit alike, checked by the lab as it changes. The text is the
 * user's: what the form changes is changed in it, and all else of it stays.
 */
export class Builder {
  draft = $state.raw<unknown>(null)
  /** What the draft came from; null where that is not known. */
  base = $state.raw<Base | null>(null)
  /** In what the draft differs from what it came from. */
  changes = $derived(this.base ? changesOf(this.base.spec, this.draft) : [])
  /** The draft as YAML, or what is being typed to be it. */
  text = $state('')
  /** Why the text is no draft; null when it is. */
  textFault = $state.raw<TextFault | null>(null)
  /** Line (from 1) at which a path of the draft stands in the text, or the nearest around it; null while it is none. */
  lineOf = $derived.by(() => {
    if (this.textFault) return null
    const { lineOf } = readText(this.text)
    return (path: string) => lineOf(parsePath(path))
  })
  /** The last text that was one. */
  #told = ''
  preview = $state.raw<Preview | null>(null)
  previewError = $state('')
  checking = $state(false)
  /** The fields that a sweep goes over, with their values as typed. */
  sweep = $state.raw<readonly { path: string; text: string }[]>([])
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

  /** Takes up the kept draft, else that of the first of the presets; one that was taken up before is checked again. */
  begin(presets: readonly Base[]): void {
    if (this.draft !== null) return void this.recheck()
    const [text, base] = [recall(KEPT), keptBase()]
    this.#kept = text !== ''
    if (text) this.#read(text)
    // As versions before YAML kept it.
    if (text.startsWith('{') && this.draft !== null) this.#take(this.draft)
    const [first = null] = presets
    const named = () => presets.find(({ spec }) => valueAt(spec, 'name') === valueAt(this.draft, 'name')) ?? null
    if (this.draft === null) this.#take(first?.spec ?? { version: 1 }, first)
    else this.base = base ?? named()
    // Nobody types yet.
    this.#checkSoon(0)
  }

  /**
   * Replaces the whole draft by a preset's or a run's, or by what is made of one.
   * @returns puts the one before back; null where that was as it came from somewhere, and nobody's work
   */
  load(base: Base, spec: unknown = base.spec): (() => void) | null {
    const before = this.#state()
    const own = before.textFault !== null || this.changes.length > 0 || (this.base === null && this.draft !== null)
    this.#steps.record(before)
    this.#take(spec, base)
    return own ? () => this.#return(before) : null
  }

  /** Replaces much of the draft at once, which still comes from where it came. @returns puts the one before back */
  replace(draft: unknown): () => void {
    const before = this.#state()
    this.#change(this.#named(draft, ''))
    return () => this.#return(before)
  }

  /** Sets one value, or removes it with `undefined`; what is typed into one field is one step to undo. */
  set(path: string, value: unknown, typed = false): void {
    this.#change(this.#named(withValue(this.draft, path, value), path), typed ? path : '')
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

  /** The text was typed in. The form follows whenever the text can be read. */
  type(text: string): void {
    this.#steps.record(this.#state(), TEXT)
    this.#read(text)
  }

  /** What was typed as text is another experiment than the one that it came from, and gets a name of its own. */
  settle(): void {
    if (!this.textFault) this.#change(this.#named(this.draft, ''))
  }

  /** What is changed does not carry the name of what it came from; what is changed back does. */
  #named(draft: unknown, path: string): unknown {
    const [was, is] = [valueAt(this.base?.spec, 'name'), valueAt(draft, 'name')]
    if (!this.base || path === 'name' || typeof was !== 'string') return draft
    const same = sameWork(this.base.spec, draft)
    if (is === was && !same) return withValue(draft, 'name', changedName(was))
    return is === changedName(was) && same ? withValue(draft, 'name', was) : draft
  }

  #state(): State {
    return { draft: this.draft, base: this.base, text: this.text, told: this.#told, textFault: this.textFault }
  }

  #change(draft: unknown, field = ''): void {
    if (!this.textFault && JSON.stringify(draft) === JSON.stringify(this.draft)) return
    this.#steps.record(this.#state(), field)
    this.#take(draft, this.base, this.#told)
  }

  #return(state: State | undefined): void {
    if (!state) return
    const { told, ...shown } = state
    Object.assign(this, shown)
    this.#told = told
    this.#keep()
    this.#checkSoon()
  }

  #read(text: string): void {
    this.text = text
    try {
      const { value } = readText(text)
      if (!isFields(value)) throw new SpecTextError(1, 'A spec is an object of keys and values, such as "version: 1".')
      this.draft = value
      this.textFault = null
      this.#told = text
      keep(KEPT, text)
      this.#checkSoon()
    } catch (error) {
      this.textFault = { line: error instanceof SpecTextError ? error.line : 1, message: messageOf(error) }
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

  /** @param told the text in which what is another is put; '' to write it anew */
  #take(draft: unknown, base = this.base, told = ''): void {
    this.draft = draft
    this.base = base
    this.#told = told === '' ? writeText(draft) : followText(told, draft)
    this.text = this.#told
    this.textFault = null
    this.#keep()
    this.#checkSoon()
  }

  #keep(): void {
    keep(KEPT, this.#told)
    keep(KEPT_BASE, JSON.stringify(this.base))
  }

  #checkSoon(wait = WAIT_MS): void {
    this.checking = true
    this.#turn++
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.recheck(), wait)
  }

  /** Asks again what of the same draft is done by now, while it can be worked at. */
  async refresh(): Promise<void> {
    if (!this.checking && this.preview?.valid) await this.#ask()
  }

  /** Asks the lab now; a late answer about an older draft is dropped. */
  async recheck(): Promise<void> {
    this.checking = true
    await this.#ask()
  }

  async #ask(): Promise<void> {
    const turn = ++this.#turn
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
