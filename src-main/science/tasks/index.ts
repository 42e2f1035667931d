import { brown } from './brown'
import { chessPuzzles } from './chess-puzzles'
import { foods } from './foods'
import { movieSnippets } from './movie-snippets'
import { personArtifact } from './person-artifact'
import { snippetPairs } from './snippet-pairs'
import { sotu } from './sotu'
import { spam } from './spam'
import { textsInBundles } from './sharing'
import type { ElsewhereSet, TaskVariant } from './task'
import { wordnetIsa } from './wordnet-isa'
import { wordnetKinds } from './wordnet-kinds'

export { examplesIn, withElsewhere } from './elsewhere'
export {
  choiceForm,
  choicesIn,
  namesIn,
  outputsOf,
  preparedOf,
  textsOf,
  truthOf,
  unnamedClasses,
  type Form,
} from './form'
export { largestSizes, type RowCounts } from './sizes'
export { MIN_PER_CHOICE, rulesOf } from './rules'
export { splitTask } from './split'
export {
  formOf,
  textsIn,
  type ClassRow,
  type ElsewhereSet,
  type Example,
  type OptionsRow,
  type PreparedTask,
  type RowOf,
  type TaskRow,
  type TaskVariant,
  type TextRow,
} from './task'

/** The bundled tasks by id; `resources/tasks/<id>.jsonl.gz` holds the rows. */
export const TASKS: Readonly<Record<string, TaskVariant>> = Object.fromEntries(
  [spam, sotu, personArtifact, brown, foods, wordnetIsa, wordnetKinds, movieSnippets, snippetPairs, chessPuzzles].map(
    (task) => [task.id, task],
  ),
)
/** The test sets from elsewhere of all bundled tasks, by id. */
export const ELSEWHERE: Readonly<Record<string, ElsewhereSet>> = Object.fromEntries(
  Object.values(TASKS).flatMap(({ elsewhere = [] }) => elsewhere.map((set) => [set.id, set])),
)
export const TEXTS_IN_BUNDLES = textsInBundles(Object.values(TASKS))
