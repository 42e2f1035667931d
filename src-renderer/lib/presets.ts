import type { Catalog, Preset } from './types'

type Checkpoints = Catalog['checkpoints']

/** Below so many weights everything takes about as long. */
const SMALL = 5e6

/** Pretrained models that a preset starts from; those that nobody knows are left out. */
const checkpointsOf = (preset: Preset, all: Checkpoints) => all.filter(({ id }) => preset.checkpoints.includes(id))

/** Trainings times the rows that one learns, times the weights of the largest model. */
function costOf(preset: Preset, checkpoints: Checkpoints): number {
  const { tasks, weak, strong, methods, seeds, sizes, optimiser } = preset.spec
  const rows = (sizes.weak + sizes.transfer) * Number(optimiser['epochs'] ?? 1)
  const largest = Math.max(SMALL, ...checkpointsOf(preset, checkpoints).map(({ parameters }) => parameters))
  return largest * rows * tasks.length * weak.length * strong.length * methods.length * seeds.length
}

/** Presets with the quickest first: that is the one to begin with. */
export function quickestFirst({ presets, checkpoints }: Pick<Catalog, 'presets' | 'checkpoints'>): Preset[] {
  return presets.toSorted((a, b) => costOf(a, checkpoints) - costOf(b, checkpoints))
}

/** Pretrained models that have to be fetched before a preset can run. */
export function missingModels(preset: Preset, checkpoints: Checkpoints): Checkpoints {
  return checkpointsOf(preset, checkpoints).filter(({ here }) => !here)
}
