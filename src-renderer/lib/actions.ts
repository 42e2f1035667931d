// The one list of what can be done by a key or from the palette. Views offer to do what they can; keys, palette and the
// dialog of keys are made from it.
import { PLACE_NAMES, PLACES, type Place } from './route'

export interface Action {
  title: string
  /** As tinykeys has them, e.g. "g h" or "Control+Enter"; '' where it has none. */
  keys: string
  /** Where it applies, as people call it. */
  where: string
}

/** Actions of single places; those that several places have stand once. */
const OF_PLACES = {
  palette: { title: 'Find an action, a run, a page…', keys: 'Control+k', where: 'Everywhere' },
  keys: { title: 'These keys', keys: 'Shift+?', where: 'Everywhere' },
  back: { title: 'Back', keys: 'Alt+ArrowLeft', where: 'Everywhere' },
  forward: { title: 'Forward', keys: 'Alt+ArrowRight', where: 'Everywhere' },
  'pane.next': { title: 'Next pane of the window', keys: 'F6', where: 'Everywhere' },
  'pane.previous': { title: 'Pane before', keys: 'Shift+F6', where: 'Everywhere' },
  skip: { title: 'Skip to the content', keys: '', where: 'Everywhere' },
  'theme.system': { title: 'Theme: as the system', keys: '', where: 'Everywhere' },
  'theme.light': { title: 'Theme: light', keys: '', where: 'Everywhere' },
  'theme.dark': { title: 'Theme: dark', keys: '', where: 'Everywhere' },
  drawer: { title: 'Pane of details, or not', keys: 'Shift+D', where: 'Everywhere' },
  'view.keep': { title: 'Keep this view under a name…', keys: '', where: 'Everywhere' },
  storage: { title: 'Storage: what takes room, and free it', keys: '', where: 'Everywhere' },
  settings: { title: 'Settings', keys: 'Control+,', where: 'Everywhere' },
  sample: { title: 'Open the sample study', keys: '', where: 'Home' },
  pause: { title: 'Pause, go on', keys: 'Shift+P', where: 'Home, Monitor' },
  'pause.after': { title: 'Pause after this stage, or not', keys: 'p', where: 'Home, Monitor' },
  'monitor.log': { title: 'Logarithmic y axis of losses', keys: 'l', where: 'Monitor' },
  'queue.up': { title: 'The run earlier in the queue', keys: 'Alt+ArrowUp', where: 'Monitor' },
  'queue.down': { title: 'The run later in the queue', keys: 'Alt+ArrowDown', where: 'Monitor' },
  'run.result': { title: 'Open the result', keys: 'Enter', where: 'Monitor of an ended run' },
  'run.build': { title: 'Open this run in the builder', keys: '', where: 'Monitor, Result' },
  'run.again': { title: 'Run this run again with…', keys: '', where: 'Monitor, Result' },
  'run.seeds': { title: 'Add seeds to this run', keys: '', where: 'Monitor, Result' },
  'run.monitor': { title: 'Open the monitor of this run', keys: '', where: 'Result' },
  'run.resume': { title: 'Go on with this run', keys: '', where: 'Monitor of a run that stopped' },
  'run.cancel': { title: 'Cancel this run', keys: '', where: 'Monitor of a live run' },
  'result.export': { title: 'Export the bundle', keys: 'e', where: 'Result' },
  'arm.choose': { title: 'Choose the arm, to compare it', keys: 'x', where: 'Result' },
  'arms.compare': { title: 'Compare the two chosen arms', keys: 'c', where: 'Result' },
  'compare.swap': { title: 'Swap the two arms', keys: '', where: 'Comparison' },
  'compare.back': { title: 'Back to the result', keys: 'Escape', where: 'Comparison' },
  'builder.run': { title: 'Run the experiment', keys: 'Control+Enter', where: 'Builder' },
  'builder.undo': { title: 'Undo', keys: 'Control+z', where: 'Builder' },
  'builder.redo': { title: 'Redo', keys: 'Control+Shift+z', where: 'Builder' },
  'builder.form': { title: 'Edit as a form', keys: '', where: 'Builder' },
  'builder.spec': { title: 'Edit as text', keys: '', where: 'Builder' },
  'builder.keep': { title: 'Keep this draft as a preset…', keys: '', where: 'Builder' },
  'builder.export': { title: 'Export the spec as a file…', keys: '', where: 'Builder' },
  'builder.forget': { title: 'Delete this preset of your own', keys: '', where: 'Builder' },
  'data.import': { title: 'Import a dataset…', keys: '', where: 'Data' },
  'import.run': { title: 'Import what was read', keys: 'Control+Enter', where: 'Import of a dataset' },
  'data.published': { title: 'Published datasets…', keys: '', where: 'Data' },
  'data.rows': { title: 'Examples and lengths of the selected dataset', keys: '', where: 'Data' },
  'data.use': { title: 'Use the selected dataset in the builder', keys: '', where: 'Data' },
  'doctor.test': { title: 'Test the backends again', keys: '', where: 'Doctor' },
  'doctor.copy': { title: 'Copy diagnostics', keys: '', where: 'Doctor' },
  'model.supervisor': { title: 'Use the selected model as supervisor', keys: '', where: 'Models' },
  'model.rung': { title: 'Use the selected model as the next rung', keys: '', where: 'Models' },
  'model.student': { title: 'Use the selected model as student', keys: '', where: 'Models' },
  'row.next': { title: 'Next row', keys: 'j', where: 'Tables' },
  'row.previous': { title: 'Previous row', keys: 'k', where: 'Tables' },
  'flag.1': { title: 'Flag 1, or off', keys: '1', where: 'Inspector' },
  'flag.2': { title: 'Flag 2, or off', keys: '2', where: 'Inspector' },
  'flag.3': { title: 'Flag 3, or off', keys: '3', where: 'Inspector' },
  'flag.4': { title: 'Flag 4, or off', keys: '4', where: 'Inspector' },
  'flag.5': { title: 'Flag 5, or off', keys: '5', where: 'Inspector' },
  'example.note': { title: 'Note on the example', keys: 'n', where: 'Inspector' },
  'example.undo': { title: 'Take back the last flag or note', keys: 'u', where: 'Inspector' },
  'example.copy': { title: 'Copy the example', keys: 'y', where: 'Inspector' },
  'slice.save': { title: 'Save this slice under a name', keys: 's', where: 'Inspector' },
  'evaluation.previous': { title: 'Student at the evaluation before', keys: '[', where: 'Inspector' },
  'evaluation.next': { title: 'Student at the next evaluation', keys: ']', where: 'Inspector' },
  'examples.all': { title: 'Take all filters off', keys: '', where: 'Inspector' },
  'evaluation.reported': { title: 'Student as it is reported', keys: '', where: 'Inspector' },
  'curves.bands': { title: 'Bands, or trainings one by one', keys: 'b', where: 'Curves' },
  'curves.log': { title: 'Logarithmic y axes', keys: 'l', where: 'Curves' },
  'curves.left': { title: 'Crosshair to the evaluation before', keys: 'ArrowLeft', where: 'Curves' },
  'curves.right': { title: 'Crosshair to the next evaluation', keys: 'ArrowRight', where: 'Curves' },
  'curves.in': { title: 'Zoom in', keys: '=', where: 'Curves' },
  'curves.out': { title: 'Zoom out', keys: '-', where: 'Curves' },
  'curves.whole': { title: 'The whole of the curves', keys: '0', where: 'Curves' },
  search: { title: 'Search here', keys: '/', where: 'Curves, Inspector, Models, Studies' },
  'studies.select': { title: 'Select the run', keys: 'x', where: 'Studies' },
  'studies.open': { title: 'Open the row', keys: 'Enter', where: 'Studies' },
  'studies.compare': { title: 'Compare the selected runs', keys: 'c', where: 'Studies' },
  'studies.tag': { title: 'Tag the selected runs', keys: 't', where: 'Studies' },
  'studies.rename': { title: 'Rename the run…', keys: 'F2', where: 'Studies' },
  'studies.hide': { title: 'Hide the selected runs, or show them', keys: '', where: 'Studies' },
  'studies.beside': { title: 'Put runs of one question side by side', keys: '', where: 'Studies' },
  'studies.trash': { title: 'Put the selected runs into the trash', keys: 'Delete', where: 'Studies' },
  // After that of the builder, which is meant where both are.
  'trash.undo': { title: 'Take runs out of the trash again', keys: 'Control+z', where: 'Everywhere' },
  'studies.new': { title: 'New study', keys: '', where: 'Studies' },
  'study.rule': { title: 'Set the decision rule, or change it…', keys: '', where: 'Study' },
  'study.different': { title: 'Only settings that differ, or all', keys: 'd', where: 'Study' },
} as const satisfies Record<string, Action>

type PlaceId = `go.${Place}`
export type ActionId = PlaceId | keyof typeof OF_PLACES

const goes = PLACE_NAMES.map((place): [PlaceId, Action] => [
  `go.${place}`,
  { title: PLACES[place].title, keys: PLACES[place].keys, where: 'Everywhere' },
])

/** Every action by its id, in the order of the dialog of keys. */
export const ACTIONS = { ...Object.fromEntries(goes), ...OF_PLACES } as Readonly<Record<ActionId, Action>>
export const ACTION_IDS = Object.keys(ACTIONS) as ActionId[]

const NAMES: Record<string, string> = {
  Control: 'Ctrl',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '⏎',
  Escape: 'Esc',
}

/** Keys as they are printed: "Ctrl ⏎", "g h", "?". */
export function keyText(keys: string): string {
  if (keys === 'Shift+?') return '?'
  const chords = keys.split(' ').map((chord) => {
    const parts = chord.split('+')
    return parts
      .map((part) => NAMES[part] ?? (parts.length > 1 && part.length === 1 ? part.toUpperCase() : part))
      .join(' ')
  })
  return chords.join(' ')
}

/** Keys as `aria-keyshortcuts` has them. */
export const ariaKeys = (keys: string): string => keys.replace('Shift+?', '?').replaceAll(' ', '+')

/** The actions that have keys, by where they apply: what the dialog of keys prints. */
export function keyGroups(): { where: string; actions: { id: ActionId; title: string; keys: string }[] }[] {
  const groups = new Map<string, { id: ActionId; title: string; keys: string }[]>()
  for (const id of ACTION_IDS) {
    const { title, keys, where } = ACTIONS[id]
    if (keys) groups.set(where, [...(groups.get(where) ?? []), { id, title, keys: keyText(keys) }])
  }
  return [...groups].map(([where, actions]) => ({ where, actions }))
}
