import type { Catalog, ExperimentSpec, Preset } from './types'

type Checkpoints = Catalog['checkpoints']

/** Below so many weights everything takes about as long. */
const SMALL = 5e6

/** Pretrained models that an experiment starts from; also those that nobody knows are left out. */
function checkpointsOf({ weak, strong }: ExperimentSpec, checkpoints: Checkpoints): Checkpoints {
  const ids = [...weak, ...strong].map(({ checkpoint }) => checkpoint)
  return checkpoints.filter(({ id }) => ids.includes(id))
}

/** Trainings times the weights of the largest model. */
function costOf({ spec }: Preset, checkpoints: Checkpoints): number {
  const { tasks, weak, strong, methods, seeds } = spec
  const largest = Math.max(SMALL, ...checkpointsOf(spec, checkpoints).map(({ parameters }) => parameters))
  return largest * tasks.length * weak.length * strong.length * methods.length * seeds.length
}

/** Presets with the quickest first: that is the one to begin with. */
export function quickestFirst({ presets, checkpoints }: Pick<Catalog, 'presets' | 'checkpoints'>): Preset[] {
  return presets.toSorted((a, b) => costOf(a, checkpoints) - costOf(b, checkpoints))
}

/** Pretrained models that have to be fetched before an experiment can run. */
export function missingModels(spec: ExperimentSpec, checkpoints: Checkpoints): Checkpoints {
  return checkpointsOf(spec, checkpoints).filter(({ here }) => !here)
}
