import { tinykeys } from 'tinykeys'

/** Inputs that no letter goes into: keys are free there, but arrows move a radio and a slider. */
const LETTERLESS = ['checkbox', 'radio', 'range']
const letterless = (at: EventTarget | null): at is HTMLInputElement =>
  at instanceof HTMLInputElement && LETTERLESS.includes(at.type)

function typing({ target: at }: KeyboardEvent): boolean {
  if (letterless(at)) return false
  return at instanceof HTMLElement && (at.isContentEditable || /^(input|textarea|select)$/i.test(at.tagName))
}
const moves = (keys: string, { target: at }: KeyboardEvent) =>
  keys.startsWith('Arrow') && letterless(at) && at.type !== 'checkbox'

/** A field that takes text has an undo of its own. */
const ofText = ({ target: at }: KeyboardEvent) =>
  at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && !letterless(at))
const UNDO = ['Control+z', 'Control+Shift+z']

/** What no field takes for itself. */
const ANYWHERE = /^(Control\+|(Shift\+)?F\d)/

/** What Enter presses itself. */
const pressed = ({ target: at }: KeyboardEvent) =>
  at instanceof Element && at.closest('a, button, summary, input, select, textarea, [role]') !== null

/** A dialog that is open has the keyboard to itself. */
const covered = () => document.querySelector('dialog[open]') !== null

function silent(keys: string, event: KeyboardEvent): boolean {
  if (covered()) return true
  if (UNDO.includes(keys)) return ofText(event)
  if (moves(keys, event)) return true
  return keys === 'Enter' ? pressed(event) : typing(event) && !ANYWHERE.test(keys)
}

/**
 * Listens for these keys, e.g. "g h", on the window, and returns the way to stop. Plain keys stay silent while one types;
 * those with Control and F6 work everywhere, but undo and redo are left to a field of text, and Enter to what it presses.
 * @param press does what the keys are for; false where that is nothing now, and then they do what they do by themselves
 */
export function bindKeys(all: readonly string[], press: (keys: string) => boolean): () => void {
  // The last key of "g c" is not "c" as well: sequences come first, and what is handled does nothing else.
  const longest = all.toSorted((a, b) => b.split(' ').length - a.split(' ').length)
  const handlers = longest.map((keys) => {
    const handle = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && !silent(keys, event) && press(keys)) event.preventDefault()
    }
    return [keys, handle] as const
  })
  return tinykeys(window, Object.fromEntries(handlers))
}
