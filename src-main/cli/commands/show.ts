import type { RunDetail, StageStatus, UseTotals } from '../../../src-preload/contract'
import type { Command, Context } from '../context'
import { EXIT } from '../errors'
import { madeBy, madeTable } from '../made'
import { METRIC, metricsOf, NO_RESULTS, resultTable, STOP, stopOf } from '../results'
import { columns, duration, energy, moment, NOTHING, size, wrap } from '../text'
import { findRunBy, openRuns, RUN_USAGE } from './find'

export const show: Command = {
  name: 'show',
  usage: RUN_USAGE,
  summary: 'A run: its stages and its results. <run> is an id, the start of one, or "last".',
  arity: [1, 1],
  options: { metric: METRIC, stop: STOP },
  async run([text], flags, context) {
    const { out } = context
    const lab = await openRuns(context)
    try {
      const run = await lab.calls.runDetail((await findRunBy(lab, text!)).id)
      if (!run.spec) {
        const models = await madeBy(lab, run)
        describe(run, out)
        for (const line of madeTable(models)) out.line(line)
        out.document({ command: 'show', ok: true, run, ...NO_RESULTS, models })
        return EXIT.ok
      }
      if (run.sealed) {
        const looks = await lab.calls.looks(run.study)
        describe(run, out)
        for (const line of wrap(looks.text, out.columns)) out.line(line)
        out.document({ command: 'show', ok: true, run, ...NO_RESULTS, looks, models: [] })
        return EXIT.ok
      }
      const { arms, covers, contrasts, overall, looks } = await lab.calls.result({
        runId: run.id,
        stop: stopOf(flags, run.spec.stop),
      })
      const metrics = metricsOf(flags, run.spec.metric)
      describe(run, out)
      for (const line of resultTable({ arms, covers, contrasts, looks }, metrics, out.columns)) out.line(line)
      out.document({ command: 'show', ok: true, run, results: arms, contrasts, overall, covers, looks, models: [] })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}

function describe(run: RunDetail, out: Context['out']): void {
  out.line(out.paint('bold', run.name))
  if (run.question) out.line(run.question)
  out.line(`Run ${run.id}, ${moment(run.createdAt)}: ${run.state}, ${run.stagesDone} of ${run.stagesTotal} stages done`)
  out.line()
  const rows = run.stages.map((s) => [s.title, stood(s), took(s), placeOf(s, run)])
  for (const line of columns([['stage', 'state', 'took', 'backend'], ...rows], { right: [2] })) out.line(line)
  const cost = costOf(run)
  if (cost) out.line(cost)
  for (const { title, error } of run.stages) if (error) out.line(out.paint('red', `${title}: ${error}`))
  out.line()
}

/** A stage that the run found done, and that was set aside since, was no more "waiting before" than it is done. */
export const stood = ({ cached, state }: Pick<StageStatus, 'cached' | 'state'>) =>
  cached && state === 'done' ? 'done before' : cached && state !== 'running' ? 'to be made again' : state

/** Device without what its driver says of itself. */
const shortDevice = ({ device }: StageStatus) => device.replace(/ \(.*$/, '')
const cardOf = ({ use }: StageStatus) => use.cards[0]?.card ?? ''

/** What a stage was computed by, and on which device where that backend had several in its run. */
export function placeOf(stage: StageStatus, { stages }: Pick<RunDetail, 'stages'>): string {
  const alike = stages.filter(({ backend, device }) => backend === stage.backend && device !== '')
  const several = [shortDevice, cardOf].some((of) => new Set(alike.map(of).filter(Boolean)).size > 1)
  return several && stage.device ? `${stage.backend}, ${cardOf(stage) || shortDevice(stage)}` : stage.backend
}

/** Most that was held of each of several cards; '' where there are none, or it is not known. */
const peaksOf = ({ cards }: UseTotals) =>
  (cards.length > 1 ? cards : [])
    .flatMap(({ card, peakGpuBytes }) =>
      peakGpuBytes === null ? [] : `${size(peakGpuBytes)} on ${card || 'a card that is not known'}`,
    )
    .join(' and ')

/** What a finished run took, against what was expected; '' of one that computed nothing. */
export function costOf({
  state,
  seconds,
  use,
  expected,
}: Pick<RunDetail, 'state' | 'seconds' | 'use' | 'expected'>): string {
  if (state !== 'done' || seconds === 0) return ''
  const held = use.peakGpuBytes ?? use.peakBytes
  // Of what computed on a card that card's memory was expected: the machine's says nothing of it.
  const isOther = use.peakGpuBytes === null && use.cards.length > 0
  const against = (guess: number | null | undefined, say: (value: number) => string) =>
    guess === null || guess === undefined ? '' : ` (expected ${say(guess)})`
  const most = `of memory at most${against(isOther ? null : expected?.memoryBytes, size)}`
  const memory = held === null ? [] : [`${peaksOf(use) || size(held)} ${most}`]
  const by = use.cards.length > 1 ? `${use.cards.length} GPUs` : 'the GPU'
  const used = use.wattHours === null ? [] : [`${energy(use.wattHours)} by ${by} over ${duration(use.wattSeconds)}`]
  return (
    [`Stages took ${duration(seconds)}${against(expected?.seconds, duration)}`, ...memory, ...used].join(', ') + '.'
  )
}

const took = ({ seconds }: StageStatus) => (seconds === null ? NOTHING : duration(seconds))
