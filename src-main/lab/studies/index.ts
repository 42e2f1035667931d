import type {
  ArmResult,
  Calls,
  Looked,
  Rule,
  RuleSet,
  SealChange,
  Stop,
  StudyResult,
  StudySummary,
} from '../../../src-preload/contract'
import { coversText } from '../../science/metrics'
import { studyArms } from '../../science/studies/arms'
import { judge } from '../../science/studies/rule'
import { studyId, studyOf } from '../../science/studies/study'
import type { RunCounts, Store, StudyRow } from '../../store'
import { LabError, badInput } from '../errors'
import type { Results } from '../results'
import type { Truth } from '../results/truth'
import { comparedOf, marksOf, nameOf, stateOf, titledStages } from '../runs/view'

/** Questions, what is said of them, and what their runs came to. Ids that are not there throw `not-found`. */
export interface Studies {
  /** Those that something is said of. */
  list(): StudySummary[]
  result(query: { id: string; stop: Stop }): Promise<StudyResult>
  /** @throws LabError `bad-input` of an empty question */
  add(question: string): { id: string }
  say(said: Parameters<Calls['studySay']>[0]): null
  /** Withholds what it found on test rows, or shows it again. */
  seal(change: SealChange): null
  /** @throws LabError `conflict` while it has runs */
  remove(id: string): null
}

/**
 * Studies over a store; results come from where those of single runs do.
 * @param renew writes anew what lists tell of runs
 */
export function createStudies(store: Store, results: Results, truth: Truth, renew: (runs: string[]) => void): Studies {
  const find = (id: string) => findStudy(store, id)

  return {
    list: () => {
      return store.studies.all().map((row) => ({ ...row, hasRule: rulesOf(store, row.id).at(-1)?.rule != null }))
    },
    async result({ id, stop }) {
      const found = find(id)
      const sealed = truth.isStudySealed(id)
      const open = sealed ? found.runs.filter((run) => !truth.isSealed(run)) : found.runs
      const { value, looks } = await truth.readStudy(id, found.runs, () => resultOf(store, results, found, open, stop))
      return { ...value, sealed, looks }
    },
    add(text) {
      const question = text.trim()
      if (question === '') throw badInput([{ path: '[0]', expected: 'a question', got: 'nothing' }])
      const id = studyId(question)
      if (!store.studies.get(id)) store.studies.put({ id, question, notes: '' })
      return { id }
    },
    say({ id, notes, rule }) {
      const { row } = find(id)
      store.transaction(() => {
        store.studies.put({ ...row, notes: notes ?? row.notes })
        if (rule !== undefined)
          store.rules.add({ study: id, setAt: Date.now(), rule: JSON.stringify(rule), students: seen(store, id) })
      })
      return null
    },
    seal(change) {
      find(change.study)
      truth.seal(change)
      const all = store.runs.all().filter((run) => studyOf(run).id === change.study)
      renew(all.map(({ id }) => id))
      return null
    },
    remove(id) {
      if (find(id).runs.length > 0)
        throw new LabError('conflict', 'This study has runs. Put them into the trash first.')
      store.studies.remove(id)
      return null
    },
  }
}

/** What the open runs of a study came to, and what its rule says of that. */
async function resultOf(
  store: Store,
  results: Results,
  { row, runs }: Found,
  open: readonly RunCounts[],
  stop: Stop,
): Promise<Omit<StudyResult, 'sealed' | keyof Looked>> {
  const oldestFirst = open.toReversed()
  const { arms, problems } = await armsOf(results, oldestFirst, stop)
  const rules = rulesOf(store, row.id)
  const rule = rules.at(-1)?.rule ?? null
  const at = rule && rule.stop !== stop ? (await armsOf(results, oldestFirst, rule.stop)).arms : arms
  return {
    ...row,
    runs: runs.map((run) => ({
      id: run.id,
      name: nameOf(run, store.marks.get(run.id)),
      state: stateOf(run),
      why: whyUndone(store, run),
      problem: problems.get(run.id) ?? '',
    })),
    arms,
    covers: coversText(arms.map(({ result }) => result)),
    rules,
    verdict: rule ? judge(rule, at) : null,
  }
}

/** Why a run is not done, from its stages; '' where it is. */
function whyUndone(store: Store, run: RunCounts): string {
  const state = stateOf(run)
  const sofar = `${run.stagesDone} of ${run.stagesTotal} stages done`
  if (state === 'done') return ''
  if (state !== 'failed') return sofar
  const failed = titledStages(store, run.id).find((stage) => stage.state === 'failed')
  return failed ? `${sofar}; ${failed.title}: ${failed.error.split('\n')[0]}` : sofar
}

/** Arms of runs, and why some run has none to show. */
async function armsOf(results: Results, runs: readonly RunCounts[], stop: Stop) {
  const problems = new Map<string, string>()
  const found: { id: string; arms: ArmResult[] }[] = []
  for (const run of runs) {
    try {
      found.push({ id: run.id, arms: (await results.told(comparedOf(run), stop)).arms })
    } catch (error) {
      problems.set(run.id, error instanceof Error ? error.message : String(error))
    }
  }
  return { arms: studyArms(found), problems }
}

interface Found {
  row: StudyRow
  runs: RunCounts[]
}

/** A study with its runs, newest first; those in the trash are left out. @throws LabError */
function findStudy(store: Store, id: string): Found {
  const all = store.runs.all().filter((run) => studyOf(run).id === id)
  const runs = all.filter((run) => marksOf(store.marks.get(run.id)).trashedAt === null)
  const said = store.studies.get(id)
  const [run] = all
  if (said) return { row: said, runs }
  if (!run) throw new LabError('not-found', `There is no study "${id}".`)
  return { row: { ...studyOf(run), notes: '' }, runs }
}

function rulesOf(store: Store, study: string): RuleSet[] {
  return store.rules.of(study).map(({ rule, setAt, students }) => {
    return { rule: JSON.parse(rule) as Rule | null, setAt, students }
  })
}

/**
 * How many students of a study are finished, those of runs in the trash too: whoever sets a rule now may have seen them.
 */
function seen(store: Store, id: string): number {
  const runs = store.runs.all().filter((run) => studyOf(run).id === id)
  const stages = runs.flatMap((run) => store.runStages.of(run.id))
  return new Set(stages.filter(({ role, doneAttempt }) => role === 'student' && doneAttempt > 0).map(({ id }) => id))
    .size
}
