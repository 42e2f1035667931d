import { planExperiment } from '../../src-main/science/plan/plan'
import { kindOf, roleOf, stageTitles } from '../../src-main/science/stages'
import type { ArmName, Remedy, RunDetail, RunState, StageStatus } from '../../src-preload/contract'
import { CONTEXT, PRESETS } from './sample'
import { said } from './sample-studies'

// The runs of the simulated world of sample.ts, in every state.

export const REASON = 'tensorflow is not installed; wasm passed its self-test'
const MINUTE = 60_000
export const NOW = new Date(2026, 10, 23, 14, 48, 20).getTime()

export interface SampleRun {
  id: string
  preset: number
  state: RunState
  age: number
  done: number
  error?: string
  remedy?: Remedy
}
export const RUNS: SampleRun[] = [
  { id: 'run-live', preset: 1, state: 'running', age: 4, done: 21 },
  { id: 'run-next', preset: 0, state: 'queued', age: 2, done: 0 },
  { id: 'run-done', preset: 0, state: 'done', age: 26, done: 99 },
  { id: 'run-five', preset: 1, state: 'done', age: 300, done: 999 },
  {
    id: 'run-fail',
    preset: 0,
    state: 'failed',
    age: 1500,
    done: 6,
    error: 'The engine ended with signal SIGKILL while it trained.\nlast lines: step 120 of 310\nKilled',
  },
  { id: 'run-stop', preset: 0, state: 'interrupted', age: 1700, done: 9 },
]

const NO_USE = { peakBytes: null, peakGpuBytes: null, wattHours: null, wattSeconds: 0, cards: [] }

function stagesOf(run: SampleRun): StageStatus[] {
  const { stages } = planExperiment(PRESETS[run.preset]!.spec, CONTEXT)
  const titles = stageTitles(stages.map(({ facts }) => facts))
  return stages.map((stage, i): StageStatus => {
    const here = i === run.done
    const state =
      i < run.done ? 'done' : here && run.state !== 'queued' ? (run.state as StageStatus['state']) : 'waiting'
    const startedAt = i <= run.done && run.state !== 'queued' ? NOW - run.age * MINUTE + i * 4000 : null
    return {
      key: stage.key,
      kind: stage.kind,
      role: roleOf(stage),
      learns: kindOf(stage.kind).learns ?? false,
      title: titles[i]!,
      facts: stage.facts,
      state,
      cached: stage.kind === 'pretrain' || i < 3,
      done: state === 'done' ? 310 : here ? 61 : 0,
      total: 310,
      unit: 'steps',
      share: state === 'done' ? 1 : here ? 0.2 : 0,
      phase: '',
      etaSeconds: here && state === 'running' ? 19 : null,
      startedAt,
      endedAt: state === 'done' || state === 'failed' ? (startedAt ?? 0) + 4000 : null,
      seconds: state === 'done' || state === 'failed' ? 4 : null,
      backend: startedAt ? 'wasm' : '',
      device: startedAt ? 'CPU, 2 threads, SIMD' : '',
      threads: startedAt ? 2 : null,
      isa: startedAt ? 'wasm-simd' : null,
      batch: here && state === 'running' ? 32 : null,
      reason: startedAt ? REASON : '',
      error: here ? (run.error ?? '') : '',
      use: NO_USE,
      remedy: here ? (run.remedy ?? null) : null,
    }
  })
}

export function detailOf(run: SampleRun): RunDetail {
  const { spec } = PRESETS[run.preset]!
  const { arms } = planExperiment(spec, CONTEXT)
  const stages = stagesOf(run)
  const createdAt = NOW - run.age * MINUTE
  return {
    id: run.id,
    name: spec.name,
    question: spec.question,
    createdAt,
    queuedAt: createdAt,
    rank: createdAt,
    endedAt: run.state === 'running' || run.state === 'queued' ? null : createdAt + 55_000,
    seconds: 31,
    state: run.state,
    sharing: false,
    stagesDone: Math.min(run.done, stages.length),
    stagesTotal: stages.length,
    etaSeconds: { running: 220, queued: 56 }[run.state as string] ?? null,
    headline: run.state === 'done' ? 'naive: PGR .52 (.41 to .63)\nconfidence: PGR .61 (.49 to .72)' : '',
    ...said(run.id, spec.question, arms, (i) => seedsDone(run, i)),
    spec,
    pretraining: null,
    arms,
    stages,
    use: { ...NO_USE, peakBytes: 312_000_000 },
    expected: { seconds: 28, rough: false, memoryBytes: 290_000_000 },
  }
}

export class NotThere extends Error {}

export function find(id: string): SampleRun {
  const run = RUNS.find((r) => r.id === id)
  if (!run) throw new NotThere(`There is no run ${id}.`)
  return run
}
export const armOf = (ref: ArmName) => {
  const arm = detailOf(find(ref.runId)).arms.find((a) => a.id === ref.armId)
  if (!arm) throw new NotThere(`This run has no arm "${ref.armId}".`)
  return arm
}
export const seedsDone = (run: SampleRun, arm: number) =>
  run.state === 'done' ? 3 : run.state === 'running' ? (arm < 6 ? 2 : 0) : 1
