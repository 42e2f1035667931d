import { METHODS } from '../../src-main/science/methods'
import { PlanError } from '../../src-main/science/plan/feasible'
import { planExperiment } from '../../src-main/science/plan/plan'
import { halfWidth, seedsFor } from '../../src-main/science/plan/seeds'
import { inherited } from '../../src-main/science/plan/training'
import { coursesOf, methodsIn } from '../../src-main/science/spec/courses'
import { mentions } from '../../src-main/science/spec/mentions'
import { parseSpec } from '../../src-main/science/spec/parse'
import { sweepCells } from '../../src-main/science/spec/sweep'
import { kindOf, stageTitles } from '../../src-main/science/stages'
import type {
  BatchMix,
  PlannedStage,
  Preview,
  SeedOutlook,
  StageRoom,
  Sweep,
  SweepPlan,
} from '../../src-preload/contract'
import { CONTEXT } from './sample'

const NEEDS: StageRoom[] = [
  {
    ...{ heading: 'Train students', title: 'student · naive · seed 0', weights: 68e6, gradients: 68e6, moments: 136e6 },
    ...{ activations: 60e6, workspace: 30e6, measured: null, inputs: 2e6, process: 118e6, total: 482e6, seen: false },
  },
  {
    ...{ heading: 'Prepare data', title: 'data · seed 0', weights: 0, gradients: 0, moments: 0, activations: 0 },
    ...{ workspace: 0, measured: null, inputs: 0, process: 118e6, total: 118e6, seen: true },
  },
]

const TOGETHER = { stages: 1, bytes: NEEDS[0]!.total }

/** What a draft would be in the simulated world. */
export function preview(spec: unknown): Preview {
  const parsed = parseSpec(spec)
  const courses = coursesOf(spec)
  if (!parsed.ok) return { valid: false, problems: parsed.problems, courses, price: null }
  try {
    const plan = planExperiment(parsed.spec, CONTEXT)
    const titles = stageTitles(plan.stages.map(({ facts }) => facts))
    const stages = plan.stages.map((s, i): PlannedStage => ({
      key: s.key,
      heading: kindOf(s.kind).heading(s.config),
      title: titles[i]!,
      cached: s.kind === 'pretrain' || (s.kind === 'data' && i < 2),
      estimateSeconds: s.kind === 'train' ? 3.4 : s.kind === 'data' ? 0.8 : 0.3,
      rough: false,
    }))
    const seconds = stages.reduce((n, s) => n + (s.cached ? 0 : (s.estimateSeconds ?? 0)), 0)
    const warnings = parsed.spec.seeds.length < 3 ? ['1 seed gives no interval over seeds: take at least 3.'] : []
    const { spec } = parsed
    const models = mentions(spec).map(({ path, setting }) => {
      return { path, optimiser: inherited(setting, spec.optimiser, CONTEXT.checkpoints) }
    })
    const bytes = stages.length * 640_000
    const standing = {
      stages,
      arms: plan.arms,
      seconds,
      bytes,
      needs: NEEDS,
      together: TOGETHER,
      wattHours: null,
      warnings,
    }
    return { valid: true, spec, pretraining: null, models, courses, ...standing }
  } catch (error) {
    if (error instanceof PlanError) return { valid: false, problems: error.problems, courses, price: null }
    throw error
  }
}

/** Every arm as the same arm of another run had it. */
export function outlookOf(planned: Preview): SeedOutlook[] {
  const found = { metric: 'accuracy', sigma: 0.0125, gap: 0.12, pgr: 0.5 }
  const past = { ...{ runId: 'run-done', run: 'Quick start', seeds: 3, alike: 'arm' as const }, ...found }
  return (planned.valid ? planned.arms : []).map(({ title, seeds: { length: seeds } }) => ({
    ...{ arm: title, seeds, past: { ...past, arm: title }, halfWidth: halfWidth(found, seeds) },
    next: { halfWidth: 0.1, seeds: seedsFor(found, 0.1, 100), most: 100 },
  }))
}

export function sweepPlan({ spec, axes }: Sweep): SweepPlan {
  const cells = sweepCells(spec, axes).map(({ values, spec }) => {
    const planned = preview(spec)
    const none = { done: 0, shared: 0, seconds: 0 }
    return planned.valid
      ? { values, ...none, toRun: planned.stages.length, problems: [] }
      : { values, ...none, toRun: 0, problems: planned.problems }
  })
  return { cells, toRun: cells.reduce((n, { toRun }) => n + toRun, 0), done: 0, shared: 0, seconds: 90, rough: false }
}

/** Three rows, mixed by the loss itself. */
export function batchOf(spec: unknown, index: number, progress: number): BatchMix {
  const [weak, student] = [
    [0.1, 0.4, 0.8],
    [0.3, 0.9, 0.95],
  ] as [number[], number[]]
  const both = (p: number[]) => Float32Array.from(p.flatMap((one) => [1 - one, one]))
  const pairs = (p: number[]) => ({ rows: 3, cols: 2, data: both(p) })
  const { method, ...params } = methodsIn(spec)[index]!
  const logits = { ...pairs(student), data: both(student).map(Math.log) }
  const { alpha, threshold, own, targets } = METHODS[method]!.mix!({ logits, targets: pairs(weak), progress }, params)
  return {
    ...{ found: true, runId: 'run-done', run: 'Quick start', arm: 'confidence', seed: 0, alike: 'arm' },
    ...{ step: 124, classes: ['before 1913', 'after 1913'], size: 3, alpha, threshold },
    rows: weak.map((p, i) => ({
      ...{ text: `Passage ${i + 1}`, weak: [1 - p, p], student: [1 - student[i]!, student[i]!], own: own[i]! },
      target: [targets[2 * i]!, targets[2 * i + 1]!],
    })),
  }
}
