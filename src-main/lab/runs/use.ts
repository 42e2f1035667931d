import type { UseCurve, UseTotals } from '../../../src-preload/contract'
import { READING_NAMES, READINGS } from '../../science/readings'
import type { Store, UseRow, UseTotal } from '../../store'

/** What a stage made of the machine at its latest attempt; nothing of one that is not known. */
export function useOf(store: Store, key: string): UseCurve[] {
  const stage = store.stages.byKey(key)
  if (!stage) return []
  const rows = new Map<string, UseRow[]>()
  for (const row of store.use.of(stage.id, stage.attempt)) rows.set(row.name, [...(rows.get(row.name) ?? []), row])
  return READING_NAMES.flatMap((name) => {
    const ours = rows.get(name) ?? []
    const column = (of: 'at' | 'seconds' | 'mean' | 'low' | 'high') => ours.map((row) => row[of])
    const columns = { at: column('at'), seconds: column('seconds'), mean: column('mean') }
    return ours.length === 0 ? [] : [{ name, ...READINGS[name], ...columns, low: column('low'), high: column('high') }]
  })
}

/** What the stages of a run used, and what its own did in all. */
export function usedBy(store: Store, run: string): { own: UseTotals; byStage: (key: string) => UseTotals } {
  const used = store.use.ofRun(run)
  const stages = new Map<string, (typeof used)[number][]>()
  for (const total of used) {
    const known = stages.get(total.key)
    if (known) known.push(total)
    else stages.set(total.key, [total])
  }
  return { own: totalsOf(used.filter(({ cached }) => cached === 0)), byStage: (key) => totalsOf(stages.get(key) ?? []) }
}

type Totals = readonly Pick<UseTotal, 'name' | 'seconds' | 'mean' | 'high'>[]

/** What stages used in all: the most of memory, the sum of energy. */
export function totalsOf(totals: Totals): UseTotals {
  const of = (name: UseTotal['name']) => totals.filter((total) => total.name === name)
  const peak = (name: UseTotal['name']) =>
    of(name).reduce<number | null>((most, { high }) => Math.max(most ?? 0, high), null)
  // What stages on one card share is each one's part, so that nothing is counted twice; earlier versions kept the whole alone.
  const shared = of('gpuPowerShare')
  const power = shared.length > 0 ? shared : of('gpuPower')
  const joules = power.reduce((sum, { mean, seconds }) => sum + mean * seconds, 0)
  return {
    peakBytes: peak('memory'),
    peakGpuBytes: peak('gpuMemory'),
    wattHours: power.length > 0 ? joules / 3600 : null,
    wattSeconds: power.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}
