import type { Preview, Sweep, SweepPlan } from '../../../src-preload/contract'
import type { Problem } from '../../science/spec/problems'
import { axesProblems, sweepCells, type SweepCell } from '../../science/spec/sweep'
import { badInput } from '../errors'
import { checkSpace } from '../home/space'
import type { RunDesk } from '../runs/desk'
import type { Planner } from './planner'

/** Several runs of one study, that differ in one field or two. */
export interface Sweeps {
  /** The runs that would come, with what each of them adds. @throws LabError `bad-input` of axes that are none together */
  plan(sweep: Sweep): Promise<SweepPlan>
  /** Queues all of them, or none. @throws LabError `bad-input` with what is wrong with the first that cannot be planned */
  run(sweep: Sweep): Promise<{ runs: string[] }>
}

interface Sources {
  planner: Pick<Planner, 'plan' | 'preview'>
  runs: Pick<RunDesk, 'add'>
  home: string
}

export function createSweeps({ planner, runs, home }: Sources): Sweeps {
  function cellsOf({ spec, axes }: Sweep): SweepCell[] {
    const problems = axesProblems(axes)
    if (problems.length > 0) throw badInput(problems)
    return sweepCells(spec, axes)
  }
  return {
    async plan(sweep) {
      const seen = new Set<string>()
      let rough = false
      const cells: SweepPlan['cells'] = []
      for (const { values, spec } of cellsOf(sweep)) {
        const preview = await planner.preview(spec)
        rough ||= preview.valid && preview.stages.some((stage) => stage.rough)
        cells.push({ values, ...added(preview, seen) })
      }
      const seconds = cells.map((cell) => cell.seconds)
      const sum = (of: (cell: SweepPlan['cells'][number]) => number) => cells.reduce((n, cell) => n + of(cell), 0)
      return {
        cells,
        ...{ toRun: sum(({ toRun }) => toRun), done: sum(({ done }) => done), shared: sum(({ shared }) => shared) },
        seconds: seconds.includes(null) ? null : seconds.reduce<number>((all, one) => all + (one ?? 0), 0),
        rough,
      }
    },
    async run(sweep) {
      const planned = []
      for (const { values, spec } of cellsOf(sweep)) planned.push(await planCell(planner, values, spec))
      // Stages that runs share are counted with each: too much at most.
      checkSpace(
        home,
        planned.reduce((sum, { bytes }) => sum + bytes, 0),
      )
      const ids: string[] = []
      for (const one of planned) ids.push(await runs.add(one))
      return { runs: ids }
    },
  }
}

/** Of what a run takes: what is done here already, what an earlier one of the sweep brings, and the rest. */
function added(preview: Preview, seen: Set<string>): Omit<SweepPlan['cells'][number], 'values'> {
  if (!preview.valid) return { toRun: 0, done: 0, shared: 0, seconds: 0, problems: preview.problems }
  const waiting = preview.stages.filter(({ cached }) => !cached)
  const fresh = waiting.filter(({ key }) => !seen.has(key))
  for (const { key } of fresh) seen.add(key)
  const seconds = fresh.map(({ estimateSeconds }) => estimateSeconds)
  return {
    ...{ toRun: fresh.length, done: preview.stages.length - waiting.length, shared: waiting.length - fresh.length },
    seconds: seconds.includes(null) ? null : seconds.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    problems: [],
  }
}

async function planCell(planner: Pick<Planner, 'plan'>, values: SweepCell['values'], spec: unknown) {
  try {
    return await planner.plan(spec)
  } catch (error) {
    const problems = (error as { problems?: Problem[] }).problems ?? []
    if (problems.length === 0) throw error
    throw badInput(problems.map((problem) => ({ ...problem, path: `${values.join(', ')}: ${problem.path}` })))
  }
}
