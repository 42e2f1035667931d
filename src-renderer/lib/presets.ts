import type { Preset } from './types'

const arms = ({ spec }: Preset) =>
  spec.tasks.length * spec.weak.length * spec.strong.length * spec.methods.length * spec.seeds.length

/** Presets with the quickest first: that is the one to begin with. */
export function quickestFirst(presets: readonly Preset[]): Preset[] {
  return presets.toSorted((a, b) => arms(a) - arms(b))
}
