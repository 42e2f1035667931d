import { tinykeys } from 'tinykeys'

type Handler = (event: KeyboardEvent) => void

function typing(event: KeyboardEvent): boolean {
  const at = event.target
  return at instanceof HTMLElement && (at.isContentEditable || /^(input|textarea|select)$/i.test(at.tagName))
}

/** A field that takes text has an undo of its own. */
const ofText = ({ target: at }: KeyboardEvent) =>
  at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && !['checkbox', 'radio'].includes(at.type))
const UNDO = ['Control+z', 'Control+Shift+z']

/** A dialog that is open has the keyboard to itself. */
const covered = () => document.querySelector('dialog[open]') !== null

/**
 * Binds keys on the window, e.g. `{ 'g h': … }`, and returns the unbind. Plain keys stay silent while one types;
 * those with Control work everywhere, but undo and redo are left to a field of text. A key that is handled does nothing else.
 */
export function bindKeys(map: Record<string, Handler>): () => void {
  const guarded = Object.entries(map).map(([keys, handler]): [string, Handler] => [
    keys,
    (event) => {
      const silent = UNDO.includes(keys) ? ofText(event) : typing(event) && !keys.startsWith('Control+')
      if (covered() || silent) return
      event.preventDefault()
      handler(event)
    },
  ])
  return tinykeys(window, Object.fromEntries(guarded))
}

/** The key map as `?` prints it. */
export const KEY_HELP: readonly { where: string; keys: readonly [string, string][] }[] = [
  {
    where: 'Everywhere',
    keys: [
      ['g h', 'Home'],
      ['g b', 'Builder'],
      ['g m', 'Monitor'],
      ['g r', 'Results'],
      ['g i', 'Inspector'],
      ['g d', 'Data'],
      ['g p', 'Models'],
      ['g u', 'Guide'],
      ['g o', 'Doctor'],
      ['Alt ←  Alt →', 'Back and forward'],
      ['?', 'These keys'],
    ],
  },
  { where: 'Monitor', keys: [['Shift P', 'Pause, go on']] },
  {
    where: 'Builder',
    keys: [
      ['Ctrl Enter', 'Run'],
      ['Ctrl Z', 'Undo'],
      ['Ctrl Shift Z', 'Redo'],
    ],
  },
  { where: 'Tables', keys: [['j k', 'Next, previous row']] },
  {
    where: 'Inspector, Models',
    keys: [
      ['/', 'Search'],
      ['Esc', 'Leave the search'],
    ],
  },
  {
    where: 'Result',
    keys: [
      ['x', 'Choose the arm, to compare'],
      ['c', 'Compare two chosen arms'],
      ['Esc', 'Back from a comparison'],
      ['e', 'Export the bundle'],
    ],
  },
]
