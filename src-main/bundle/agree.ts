import { isDeepStrictEqual } from 'node:util'
import Papa from 'papaparse'
import { z } from 'zod'
import type { Evaluations } from '../data/predictions'
import type { Answers, Decision } from '../science/answers'
import {
  armResult,
  contrasts,
  coversText,
  METRICS,
  type ArmResult,
  type ElsewhereSet,
  type Metrics,
  type SeedPredictions,
} from '../science/metrics'
import { versionOf } from '../science/plan/stage-key'
import { elsewhere, KINDS, type Arm, type ArmSeed, type Stage, type StageKind } from '../science/stages'
import { READ_CSV } from './csv'
import { curvesAgain } from './curves'
import type { Results } from './format'
import { LAYOUTS } from './formats'
import { LARGEST_TABLE, type BundleFiles, type ReadFile } from './limits'
import type { Bundle, BundleProblem } from './read'
import { evaluationsOf } from './said'
import { elsewhereTable, hasElsewhere, predictionTable } from './tables'

/** Whether the numbers of a bundle are those that its own predictions give. */
export interface Agreement {
  /** Arms that were computed again, and of how many seeds. */
  arms: number
  seeds: number
  /** Numbers of `metrics.csv` that were computed again: accuracy and agreement, but no loss. */
  curves: number
  /** What is not what the predictions give; empty when everything is. */
  problems: BundleProblem[]
}

/** More of them say no more. */
const MOST_PROBLEMS = 20

/**
 * Computes the results of an intact bundle again, from the probabilities in `evaluations/` and the rows in `examples/`,
 * and holds documents and tables against them: every metric that it tells. Of a bundle of the first version, whose
 * intervals and stop rules were others, the numbers are compared that come from no resampling, at the steps that it reports.
 * @throws Error when a file that is needed is missing or is none of ours
 */
export async function agreementOf(bundle: Bundle, files: BundleFiles): Promise<Agreement> {
  const { read } = files
  const problems: BundleProblem[] = []
  const note = (file: string, found: readonly string[]) =>
    problems.push(...found.slice(0, MOST_PROBLEMS - problems.length).map((problem) => ({ file, problem })))
  const stages = new Map(planSchema.parse(bundle.plan).stages.map((stage) => [stage.key, stage as unknown as Stage]))
  note('plan.json', strangeKeys(stages))
  note('spec.json', strangeSpec(bundle, stages))
  const { resultTable } = LAYOUTS[bundle.info.version]!
  const examples = remembered((task: string) => readExamples(task, read))
  const reported: { arm: Arm; rows: Row[]; seeds: SeedPredictions[]; result: ArmResult }[] = []
  const done = doneIn(bundle)
  const seeds = new Set<number>()
  for (const { predictions, ...result } of bundle.results.arms) {
    const { rows, classes } = await examples(result.arm.task)
    const measured = rows.filter((row) => row.split === result.arm.measure)
    const sets = elsewhereIn(rows)
    const inputs: SeedPredictions[] = []
    for (const { seed, file } of predictions) {
      const input = await readSeed(finished(seedOf(result.arm, seed), done), stages, { measured, sets }, files)
      inputs.push(input)
      seeds.add(seed)
      const at = input.steps.indexOf(result.bySeed.find((s) => s.seed === seed)?.step ?? -1)
      const student = input.student[at]
      if (!student) note('results.json', [`${result.arm.title}, seed ${seed}: reports a step that was not evaluated`])
      else note(file, unlike(predictionTable(measured, { ...input, student }), await read(file, LARGEST_TABLE)))
    }
    const groups = measured.map(({ group }) => group)
    note(
      'results.json',
      armProblems(result, inputs, {
        ...{ classes, groups, elsewhere: sets, redraw: bundle.spec.redraw, exact: resultTable !== null },
      }),
    )
    reported.push({ arm: result.arm, rows: measured, seeds: inputs, result })
  }
  if (resultTable) {
    note('results.json', comparisonProblems(bundle.results, reported))
    note('results.csv', unlike(resultTable(bundle.results.arms), await read('results.csv', LARGEST_TABLE)))
  }
  if (hasElsewhere(bundle.results.arms))
    note('elsewhere.csv', unlike(elsewhereTable(bundle.results.arms), await read('elsewhere.csv', LARGEST_TABLE)))
  const { points, problems: strange } = await curvesAgain({
    ...{ stages, files, done: (key) => done.has(key) },
    async truthOf({ config: { task, redraw } }, split) {
      const { rows } = await examples(task)
      const name = split === 'test' ? bundle.spec.measure : split
      const own = rows.filter((row) => row.split === name && (split === 'test' || row.seed === String(redraw ?? '')))
      return own.map((row) => row.label)
    },
  })
  note('metrics.csv', strange)
  const arms = reported.filter((arm) => arm.seeds.length > 0).length
  return { arms, seeds: seeds.size, curves: points, problems }
}

const planSchema = z.object({
  stages: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      kind: z.enum(Object.keys(KINDS) as [StageKind]),
      config: z.record(z.string(), z.unknown()),
      needs: z.record(z.string(), z.string()),
    }),
  ),
})

/** Stages whose key is not that of what they say. */
function strangeKeys(stages: ReadonlyMap<string, Stage>): string[] {
  return [...stages.values()]
    .filter((stage) => versionOf(stage) === null)
    .map(({ key, title }) => `"${title}" is not what its key ${key} says`)
}

/** What a spec asks for that the results and stages beside it do not have: another experiment's spec. */
function strangeSpec({ spec, results }: Bundle, stages: ReadonlyMap<string, Stage>): string[] {
  const asked = { stop: spec.stop, measure: spec.measure, seeds: spec.seeds }
  const ofArms = results.arms.flatMap(({ stop, arm }) => {
    const reported = { stop, measure: arm.measure, seeds: arm.seeds.map(({ seed }) => seed) }
    return differences(asked, reported, arm.title)
  })
  const ofStages = [...stages.values()].flatMap((stage) =>
    stage.kind === 'data' ? differences({ sizes: spec.sizes }, { sizes: stage.config.sizes }, stage.title) : [],
  )
  return [...ofArms, ...ofStages]
}

/** Where two lists of settings differ, as sentences. */
function differences(asked: Record<string, unknown>, found: Record<string, unknown>, of: string): string[] {
  return Object.keys(asked)
    .filter((name) => !isDeepStrictEqual(asked[name], found[name]))
    .map((name) => `${name}: says ${JSON.stringify(asked[name])}, "${of}" has ${JSON.stringify(found[name])}`)
}

interface Row {
  split: string
  id: number
  group: string
  /** What is right to say: a class, or a text. */
  label: Decision
  /** Whose halves it lies in; '' where all seeds share them. */
  seed: string
}

async function readExamples(task: string, read: ReadFile): Promise<{ rows: Row[]; classes: string[] }> {
  const text = (await read(`examples/${task}.csv`, LARGEST_TABLE)).toString()
  const { data } = Papa.parse<Record<string, string>>(text, READ_CSV)
  const classes: string[] = []
  const rows = data.map((row): Row => {
    const label = row.target ?? Number(row.truth)
    if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < 1000)
      classes[label] = row.class ?? ''
    return { split: row.split ?? '', id: Number(row.id), group: row.group ?? '', label, seed: row.seed ?? '' }
  })
  return { rows, classes: Array.from(classes, (name) => name ?? '') }
}

/** The test sets from elsewhere among a task's rows, in the order in which they stand there. */
function elsewhereIn(rows: readonly Row[]): ElsewhereSet[] {
  const sets = new Map<string, Row[]>()
  for (const row of rows) {
    if (!row.split.startsWith(elsewhere(''))) continue
    const id = row.split.slice(elsewhere('').length)
    sets.set(id, [...(sets.get(id) ?? []), row])
  }
  return [...sets].map(([id, of]) => ({
    id,
    truth: of.map(({ label }) => label),
    groups: of.map(({ group }) => group),
  }))
}

function seedOf(arm: Arm, seed: number): ArmSeed {
  const found = arm.seeds.find((one) => one.seed === seed)
  if (!found) throw new Error(`results.json: ${arm.title} has no seed ${seed}`)
  return found
}

/** Keys of the stages that are done. */
const doneIn = ({ environment }: Bundle) =>
  new Set(environment.stages.filter(({ state }) => state === 'done').map(({ key }) => key))

/** A seed with those of its references alone that are finished. */
function finished(seed: ArmSeed, done: ReadonlySet<string>): ArmSeed {
  const references = Object.entries(seed.references ?? {}).filter(([, key]) => done.has(key))
  return { ...seed, references: Object.fromEntries(references) }
}

async function readSeed(
  { seed, weak, student, ceiling, references = {} }: ArmSeed,
  stages: ReadonlyMap<string, Stage>,
  rows: { measured: readonly Row[]; sets: readonly ElsewhereSet[] },
  files: BundleFiles,
): Promise<SeedPredictions> {
  const training = (key: string) => evaluationsOf(key, files)
  const [ofWeak, ofStudent, ofCeiling] = [await training(weak), await training(student), await training(ceiling)]
  const last = (of: Evaluations) => of.answers.at(-1)!
  const simpler: Record<string, Answers> = {}
  for (const [name, key] of Object.entries(references)) simpler[name] = last((await training(key))('test'))
  const stage = stages.get(student)
  if (stage?.kind !== 'train') throw new Error(`plan.json: expected the training ${student}`)
  const { steps, answers } = ofStudent('test')
  const others = rows.sets.map(({ id }) => {
    const at = (of: (name: string) => Evaluations) => last(of(elsewhere(id)))
    return [id, { weak: at(ofWeak), student: at(ofStudent), ceiling: at(ofCeiling) }] as const
  })
  return {
    seed,
    truth: rows.measured.map((row) => row.label),
    weak: last(ofWeak('test')),
    weakValidation: last(ofWeak('validation')),
    ceiling: last(ofCeiling('test')),
    epochs: stage.config.optimiser.epochs,
    references: simpler,
    steps,
    student: answers,
    studentValidation: ofStudent('validation').answers,
    ...(rows.sets.length > 0 && { elsewhere: Object.fromEntries(others) }),
  }
}

interface Again {
  classes: string[]
  groups: string[]
  elsewhere: readonly ElsewhereSet[]
  redraw: Parameters<typeof armResult>[0]['redraw']
  /** Whether intervals and stop rules are today's. */
  exact: boolean
}

/** What of an arm's results its predictions do not give. */
function armProblems(told: ArmResult, seeds: SeedPredictions[], { exact, ...again }: Again): string[] {
  const { arm, stop } = told
  const where = arm.title
  const metrics = toldMetrics(told.measures)
  if (exact) return unequal(told, asTold(told, armResult({ ...again, arm, stop, seeds }, metrics)), where)
  const until = seeds.map((seed) => upTo(seed, told.bySeed.find((s) => s.seed === seed.seed)?.step ?? 0))
  const found = armResult({ ...again, arm, stop: 'last', seeds: until }, metrics)
  return unequal(points(told), points(found), where)
}

/** What results of earlier versions did not tell. */
const LATER = ['tax', 'copying', 'crossEntropy'] as const

/** A result without what an earlier version has not told. */
function asTold(told: ArmResult, again: ArmResult): ArmResult {
  const result = { ...again }
  for (const name of LATER) if (told[name] === undefined) delete result[name]
  return result
}

/** A seed as if its training had ended at a step. */
function upTo(seed: SeedPredictions, step: number): SeedPredictions {
  const count = seed.steps.filter((at) => at <= step).length
  const cut = <T>(list: readonly T[]) => list.slice(0, count)
  const validation = cut(seed.studentValidation)
  return { ...seed, steps: cut(seed.steps), student: cut(seed.student), studentValidation: validation }
}

/**
 * The metrics that an arm tells, as far as they are known here: one that came later is none of an earlier bundle's, and
 * one of a later application, which nothing here can compute, is told as what it is by not being found.
 */
function toldMetrics(measures: ArmResult['measures']): Metrics {
  return Object.fromEntries(Object.entries(METRICS).filter(([id]) => Object.hasOwn(measures, id)))
}

/** The numbers that no resampling has a part in. */
function points({ bySeed, seedsDone, measures, agreement }: ArmResult) {
  const point = (of: ArmResult['agreement']) => of && { value: of.value, seeds: of.seeds, examples: of.examples }
  const each = Object.entries(measures).map(([id, { weak, student, ceiling, pgr, bySeed }]) => {
    const means = { weak: point(weak), student: point(student), ceiling: point(ceiling) }
    return [id, { ...means, gap: pgr.gap, pgr: pgr.defined ? pgr.value : null, bySeed }]
  })
  return { bySeed, seedsDone, measures: Object.fromEntries(each) as object, agreement: point(agreement) }
}

/** What is said of the arms together. */
function comparisonProblems(
  { covers, contrasts: told, arms }: Results,
  reported: { arm: Arm; rows: Row[]; seeds: SeedPredictions[]; result: ArmResult }[],
): string[] {
  const tasks = new Set(reported.map(({ arm }) => arm.task))
  const again = [...tasks].flatMap((task) => {
    const begun = reported.filter(({ arm, seeds }) => arm.task === task && seeds.length > 0)
    if (begun.length < 2) return []
    const said = begun.map(({ arm, seeds, result }) => ({
      arm,
      seeds: seeds.map(({ seed, weak, student, steps, ceiling }) => {
        const at = steps.indexOf(result.bySeed.find((s) => s.seed === seed)?.step ?? steps[0]!)
        return { seed, weak, student: student[at]!, ceiling }
      }),
    }))
    const { rows } = begun[0]!
    return contrasts(
      said,
      rows.map((row) => row.label),
      rows.map((row) => row.group),
      toldMetrics(begun[0]!.result.measures),
    )
  })
  return [...unequal(told, again, 'contrasts'), ...unequal(covers, coversText(arms), 'covers')]
}

/** Two numbers are one where machines may round in another way. */
const SAME = 1e-9

/** Where two values of plain data differ, as sentences. */
function unequal(told: unknown, again: unknown, path: string): string[] {
  if (typeof told === 'number' && typeof again === 'number') {
    const same = Math.abs(told - again) <= SAME * Math.max(1, Math.abs(told), Math.abs(again))
    return same ? [] : [`${path}: says ${told}, its predictions give ${again}`]
  }
  if (isObject(told) && isObject(again)) {
    const names = new Set([...Object.keys(told), ...Object.keys(again)])
    return [...names].flatMap((name) => unequal(told[name], again[name], `${path}: ${name}`))
  }
  if (Object.is(told, again)) return []
  return [
    `${path}: says ${JSON.stringify(told)?.slice(0, 80)}, its predictions give ${JSON.stringify(again)?.slice(0, 80)}`,
  ]
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** A sentence where a table is not the one that is expected. */
function unlike(expected: Iterable<string>, got: Buffer): string[] {
  const [want, have] = [[...expected].join('').split('\n'), got.toString().split('\n')]
  const line = want.findIndex((text, i) => text !== have[i])
  if (line < 0 && want.length === have.length) return []
  const at = line < 0 ? want.length : line
  return [
    `line ${at + 1}: says ${JSON.stringify(have[at] ?? '')}, the rest of the bundle gives ${JSON.stringify(want[at] ?? '')}`,
  ]
}

function remembered<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (name) => {
    const found = known.get(name) ?? read(name)
    known.set(name, found)
    return found
  }
}
