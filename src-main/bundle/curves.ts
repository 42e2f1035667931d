import Papa from 'papaparse'
import { decisions, type Decision } from '../science/answers'
import { accuracy, agreement } from '../science/metrics'
import { predictedSplits, type Split, type Stage } from '../science/stages'
import { LARGEST_TABLE, type BundleFiles } from './limits'
import { READ_CSV } from './csv'
import { evaluationsOf, weakDecisions } from './said'
import { METRIC_COLUMNS, stageLead } from './tables'

/** What of `metrics.csv` predictions give; the rest is of training batches, whose order no bundle has. */
const GIVEN = ['accuracy', 'agreement', 'agreement_weak_wrong']
/** Tables have nine digits. */
const SAME = 1e-8

type StageOf<K extends Stage['kind']> = Extract<Stage, { kind: K }>

interface Sources {
  stages: ReadonlyMap<string, Stage>
  /** Whether the stage with this key is done. */
  done: (key: string) => boolean
  /** What is right to say of every example of a split, as a data stage cut it. */
  truthOf: (data: StageOf<'data'>, split: Split) => Promise<ArrayLike<Decision>>
  files: BundleFiles
}

/**
 * Computes accuracy and agreement of every finished training at every evaluation again, from `evaluations/`, `labels/`
 * and `examples/`, and holds `metrics.csv` against them.
 * @returns how many numbers were computed, and what the table says instead
 * @throws Error when a file that is needed is missing or is none of ours
 */
export async function curvesAgain(sources: Sources): Promise<{ points: number; problems: string[] }> {
  const { stages, done, files } = sources
  const again = new Map<string, number>()
  for (const stage of stages.values()) {
    if (stage.kind !== 'train' || !done(stage.key)) continue
    for (const [at, value] of await pointsOf(stage, sources)) again.set(at, value)
  }
  const points = again.size
  const table = (await files.read('metrics.csv', LARGEST_TABLE)).toString()
  const problems: string[] = []
  Papa.parse<Record<string, string>>(table, {
    ...READ_CSV,
    step({ data: row }) {
      const problem = strangeRow(row, stages) ?? (done(row.stage!) ? otherValue(row, again) : null)
      if (problem) problems.push(problem)
    },
  })
  for (const [at, value] of again) problems.push(`${at}: says nothing, its predictions give ${value}`)
  return { points, problems }
}

const placeOf = (stage: string, split: string, metric: string, step: string | number) =>
  `${stage.slice(0, 12)}, ${metric} of ${split}, step ${step}`

/** What a training's predictions are worth, by place. */
async function pointsOf(stage: StageOf<'train'>, { stages, truthOf, files }: Sources): Promise<Map<string, number>> {
  const data = stages.get(stage.needs.data)
  if (data?.kind !== 'data') throw new Error(`plan.json: "${stage.title}" needs a data stage`)
  const said = await evaluationsOf(stage.key, files)
  const labels = stage.needs.labels ? await weakDecisions(stage.needs.labels, files) : null
  const points = new Map<string, number>()
  for (const split of predictedSplits(stage.config.role)) {
    const truth = await truthOf(data, split)
    const { steps, answers } = said(split)
    for (const [i, step] of steps.entries()) {
      const put = (metric: string, value: number) => points.set(placeOf(stage.key, split, metric, step), value)
      const decided = decisions(answers[i]!)
      put('accuracy', accuracy(decided, truth))
      const weak = labels?.get(split)
      if (!weak) continue
      const { all, weakWrong } = agreement(decided, weak, truth)
      put('agreement', all)
      if (weakWrong !== null) put('agreement_weak_wrong', weakWrong)
    }
  }
  return points
}

/** What of a row is not what the plan says of its stage. */
function strangeRow(row: Record<string, string>, stages: ReadonlyMap<string, Stage>): string | null {
  const stage = stages.get(row.stage ?? '')
  if (!stage) return `says ${JSON.stringify(row.stage)}, which is no stage of plan.json`
  const lead = stageLead(stage, stages).map(String)
  const at = lead.findIndex((cell, i) => cell !== row[METRIC_COLUMNS[i]!])
  const column = METRIC_COLUMNS[at]
  return column
    ? `${stage.title}: ${column}: says ${JSON.stringify(row[column])}, plan.json ${JSON.stringify(lead[at])}`
    : null
}

/** Takes a row's number out of those computed again, and says where it is another one. */
function otherValue(row: Record<string, string>, again: Map<string, number>): string | null {
  const { stage = '', split = '', metric = '', step = '', value = '' } = row
  if (split === '' || !GIVEN.includes(metric)) return null
  const at = placeOf(stage, split, metric, step)
  const given = again.get(at)
  if (given === undefined) return `${at}: says ${value}, which is said twice or was not evaluated`
  again.delete(at)
  const same = value !== '' && Math.abs(Number(value) - given) <= SAME
  return same ? null : `${at}: says ${value}, its predictions give ${given}`
}
