import type { ArmResult, MetricInfo } from '../lib/types'
import { lab } from './lab.svelte'

/** The metrics that some arm has, in the order of the catalogue; all of it while none has any, none until it is read. */
export function metricsOf(arms: readonly ArmResult[]): MetricInfo[] {
  const known = lab.catalog.value?.metrics ?? []
  const found = known.filter(({ id }) => arms.some(({ measures }) => measures[id]))
  return found.length > 0 ? found : known
}
