import { isDeepStrictEqual } from 'node:util'
import type { Preview, RunDetail, RunSummary } from '../../../src-preload/contract'
import { ASKABLE, type Askable } from '../../science/backends'
import { badInput, LabError } from '../../lab/errors'
import type { Lab } from '../../lab/options'
import { oneOf, show } from '../../science/spec/problems'
import type { Command, Context, Flags } from '../context'
import { badArgument, EXIT, explain, type ExitCode } from '../errors'
import { follow } from '../follow'
import { interrupted, onInterrupt } from '../interrupt'
import { madeBy, madeTable } from '../made'
import { METRIC, metricsOf, NO_RESULTS, resultTable } from '../results'
import { count, duration, moment, wrap } from '../text'
import { AT_ONCE, lanesOf, missingCardsText, ON_CARDS } from '../at-once'
import { checkTarget, FORCE, writeBundle } from './bundle'
import { readSpec, SPEC_USAGE } from './spec'

export const run: Command = {
  name: 'run',
  usage: SPEC_USAGE,
  summary: 'Run an experiment, or go on with it from the stages that are done.',
  arity: [1, 1],
  options: {
    backend: { type: 'string', value: ASKABLE.join(' | '), help: 'What computes (default: the best that works).' },
    'at-once': AT_ONCE,
    export: { type: 'string', value: 'path', help: 'Where the bundle goes (default: the data folder).' },
    fallback: {
      type: 'boolean',
      help: 'Where a card fails, what waits goes on, on the next backend.',
    },
    force: FORCE,
    metric: METRIC,
    'on-cards': ON_CARDS,
    'no-export': { type: 'boolean', help: 'Write no bundle.' },
    sealed: {
      type: 'boolean',
      help: 'Seal its study first: what is found on test rows is withheld until `w2s unseal`.',
    },
  },
  async run([what], flags, context) {
    const backend = backendOf(flags)
    const lanes = lanesOf(flags)
    if (flags.export !== undefined && flags['no-export'])
      throw badArgument('--export', 'either --export or --no-export', 'both')
    const live: Live = { runId: null }
    const release = stopOnInterrupt(live, context)
    const allowed = { ...(backend && { backend }), ...(flags.fallback && { fallback: () => true }) }
    const lab = await context.openLab({ ...allowed, ...lanes })
    live.lab = lab
    try {
      return await runIn(lab, what!, flags, context, live)
    } finally {
      await lab.close()
      release()
    }
  },
}

/** What an interrupt has to stop. */
interface Live {
  lab?: Lab
  /** The run under way, if any. */
  runId: string | null
}

/** Ctrl+C once: the run ends at its next step. Twice, or while no run is under way: everything ends at once. */
function stopOnInterrupt(live: Live, { out, killEngines }: Context): () => void {
  const leave = () => {
    killEngines()
    process.exit(interrupted('run', out))
  }
  return onInterrupt(() => {
    if (!live.lab || live.runId === null) return leave()
    out.line(out.paint('yellow', 'Stopping at the next step. Ctrl+C again ends it at once.'))
    live.lab.calls.cancel(live.runId).catch((error: unknown) => out.error(String(error)))
  }, leave)
}

/** Undefined where each spec asks for its own. */
function backendOf({ backend }: Flags): Askable | undefined {
  if (backend === undefined) return undefined
  const known = ASKABLE.find((id) => id === backend)
  if (!known) throw badArgument('--backend', oneOf(ASKABLE, backend), show(backend))
  return known
}

type Valid = Extract<Preview, { valid: true }>

async function runIn(lab: Lab, what: string, flags: Flags, context: Context, live: Live): Promise<ExitCode> {
  const { out } = context
  const spec = await readSpec(lab, what, context)
  const preview = await lab.calls.preview(spec)
  if (!preview.valid) throw badInput(preview.problems)
  const known = await findRun(lab, preview)
  const again = againText(what, flags)
  if (!preview.spec) return makeModels(lab, again, spec, preview, known, context, live)
  const metrics = metricsOf(flags, preview.spec.metric)
  await checkTarget(flags, what, known, context)
  announce(preview, known, context)
  const missing = missingCardsText(flags, (await lab.calls.status()).cards)
  if (missing) out.line(out.paint('yellow', missing))
  const ran = await perform(lab, spec, preview, known, context, live, flags.sealed === true)
  if (ran.sealed) return concludeSealed(lab, ran, again, context)
  const { stop } = preview.spec
  const { detail, value } = await mending(lab, ran, context, live, ({ id }) => lab.calls.result({ runId: id, stop }))
  const { arms, covers, contrasts, overall, looks } = value
  if (arms.some((arm) => arm.seedsDone > 0)) {
    out.line()
    out.line(out.paint('bold', detail.name))
    for (const line of resultTable({ arms, covers, contrasts, looks }, metrics, out.columns)) out.line(line)
    out.line()
  }
  const wanted = detail.state === 'done' && !flags['no-export']
  const { bundle, bundleError } = wanted ? await tryBundle(lab, detail, flags, context, live) : NO_BUNDLE
  const summary = (await lab.calls.runs()).find((r) => r.id === detail.id)
  const failures = failuresOf(detail)
  const ok = detail.state === 'done' && bundleError === null
  const told = { results: arms, contrasts, overall, covers, looks, models: [], bundle, bundleError }
  out.document({ command: 'run', ok, run: summary, failures, ...told })
  if (bundleError !== null) return EXIT.unavailable
  return conclude(detail, failures.length, again, context)
}

/** A run whose study is sealed: it is told that it ended, and what stands between it and its results. */
async function concludeSealed(lab: Lab, detail: RunDetail, again: string, context: Context): Promise<ExitCode> {
  const { out } = context
  const looks = await lab.calls.looks(detail.study)
  for (const line of wrap(`${looks.text} To break the seal: w2s unseal ${detail.id}`, out.columns)) out.line(line)
  const failures = failuresOf(detail)
  const run = (await lab.calls.runs()).find(({ id }) => id === detail.id)
  const told = { ...NO_RESULTS, looks, models: [], ...NO_BUNDLE }
  out.document({ command: 'run', ok: detail.state === 'done', run, failures, ...told })
  return conclude(detail, failures.length, again, context)
}

/** A pretraining: what it made is told in place of results. */
async function makeModels(
  lab: Lab,
  again: string,
  spec: unknown,
  preview: Valid,
  known: RunDetail | null,
  context: Context,
  live: Live,
): Promise<ExitCode> {
  const { out } = context
  announce(preview, known, context)
  const detail = await perform(lab, spec, preview, known, context, live)
  const models = await madeBy(lab, detail)
  out.line()
  for (const line of madeTable(models)) out.line(line)
  const summary = (await lab.calls.runs()).find((run) => run.id === detail.id)
  const failures = failuresOf(detail)
  const told = { ...NO_RESULTS, models, ...NO_BUNDLE }
  out.document({ command: 'run', ok: detail.state === 'done', run: summary, failures, ...told })
  return conclude(detail, failures.length, again, context)
}

const NO_BUNDLE = { bundle: null, bundleError: null }

/** A bundle that cannot be written takes nothing away from the run: its results are told all the same. */
async function tryBundle(lab: Lab, run: RunDetail, flags: Flags, context: Context, live: Live) {
  try {
    const { value } = await mending(lab, run, context, live, (whole) => writeBundle(lab, whole, flags, context, true))
    return { bundle: value, bundleError: null }
  } catch (error) {
    const { message } = explain(error, context.home).failure
    context.out.error(context.out.paint('red', message))
    context.out.error(`Run ${run.id} is done. To export it: w2s export ${run.id} <path>`)
    return { bundle: null, bundleError: message }
  }
}

/**
 * The newest run of this very experiment: the one to go on with. One of the same stages that was asked for otherwise, by
 * another name or stop rule, is another run: it would answer another question.
 */
async function findRun(lab: Lab, { spec, pretraining, stages }: Valid): Promise<RunDetail | null> {
  const keys = new Set(stages.map((stage) => stage.key))
  const candidates = (await lab.calls.runs()).filter((r: RunSummary) => r.stagesTotal === keys.size)
  for (const { id } of candidates) {
    const detail = await lab.calls.runDetail(id)
    const same = isDeepStrictEqual([detail.spec, detail.pretraining], [spec, pretraining])
    if (same && detail.stages.every((stage) => keys.has(stage.key))) return detail
  }
  return null
}

function announce({ stages, seconds, warnings }: Valid, known: RunDetail | null, { out }: Context): void {
  const done = stages.filter((stage) => stage.cached).length
  const rest = stages.length - done
  if (known && rest === 0) out.line(`This experiment was run on ${moment(known.createdAt)} (run ${known.id}).`)
  else if (known) out.line(`Going on with run ${known.id} of ${moment(known.createdAt)}.`)
  const rough = stages.some((stage) => stage.rough)
  const guess = `roughly ${duration(seconds ?? 0)}, a guess until this machine has run the like`
  const time = seconds === null || rest === 0 ? '' : `, ${rough ? guess : `about ${duration(seconds)}`}`
  out.line(`${count(stages.length, 'stage')}: ${done} already done, ${rest} to do${time}.`)
  for (const warning of warnings) out.line(out.paint('yellow', warning))
}

/** Runs what is not done yet. */
async function perform(
  lab: Lab,
  spec: unknown,
  preview: Valid,
  known: RunDetail | null,
  { out }: Context,
  live: Live,
  sealed = false,
): Promise<RunDetail> {
  if (known && sealed) await lab.calls.seal({ study: known.study, sealed })
  if (known?.state === 'done' && preview.stages.every((stage) => stage.cached)) return lab.calls.runDetail(known.id)
  // Before the run is there: a stage that fails at once would leave one that nobody wanted.
  const { backend } = preview.spec ?? preview.pretraining ?? {}
  if (preview.stages.some((stage) => !stage.cached)) await lab.checkBackend(backend)
  if (known) await lab.calls.resume(known.id)
  const runId = known?.id ?? (await lab.calls.run(spec)).runId
  if (sealed && !known) await lab.calls.seal({ study: (await lab.calls.runDetail(runId)).study, sealed })
  return followed(lab, runId, out, live)
}

/** Follows a run to its end, stoppable. */
async function followed(lab: Lab, runId: string, out: Context['out'], live: Live): Promise<RunDetail> {
  live.runId = runId
  try {
    return await follow(lab, runId, out)
  } finally {
    live.runId = null
  }
}

/** How often a run goes on because what it had done was found damaged: more is a disk that cannot be trusted. */
const MENDS = 3

/** Reads what a run left. What of it is found damaged was set aside by the lab: it is made again, and read anew. */
async function mending<T>(
  lab: Lab,
  run: RunDetail,
  { out }: Context,
  live: Live,
  read: (run: RunDetail) => Promise<T>,
): Promise<{ detail: RunDetail; value: T }> {
  for (let detail = run, left = MENDS; ; left--) {
    try {
      return { detail, value: await read(detail) }
    } catch (error) {
      if (!(error instanceof LabError && error.code === 'damaged') || left === 0) throw error
      out.line(out.paint('yellow', error.message))
      await lab.calls.resume(detail.id)
      detail = await followed(lab, detail.id, out, live)
    }
  }
}

const failuresOf = ({ stages }: RunDetail) =>
  stages.filter(({ state }) => state === 'failed').map(({ key, title, error }) => ({ key, title, error }))

/** What says where stages are computed: a run that goes on is to be computed there, too. */
const PLACES = ['backend', 'fallback', 'at-once', 'on-cards'] as const

/** The command that goes on with a run as it was asked for. */
function againText(what: string, flags: Flags): string {
  const places = PLACES.flatMap((name) => {
    const value = flags[name]
    if (value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name} ${value}`]
  })
  return ['w2s run', what, ...places].join(' ')
}

function conclude(detail: RunDetail, failures: number, again: string, { out }: Context): ExitCode {
  if (detail.state === 'done') return EXIT.ok
  const { state, stagesDone, stagesTotal, id } = detail
  const stands = `Run ${id} is ${state}: ${stagesDone} of ${count(stagesTotal, 'stage')} done.`
  if (state === 'failed') {
    out.error(`${stands} ${count(failures, 'stage')} failed; \`w2s show ${id}\` says why. To try them again: ${again}`)
    return EXIT.failed
  }
  out.error(`${stands} To go on from there: ${again}`)
  return state === 'cancelled' ? EXIT.interrupted : EXIT.unavailable
}
