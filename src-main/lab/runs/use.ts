import type { CardTotals, StageUse, UseTotals } from '../../../src-preload/contract'
import { cardTitle, READING_NAMES, READINGS, type CardRead } from '../../science/readings'
import type { Store, UseRow, UseTotal } from '../../store'

/** What a stage made of the machine at its latest attempt; nothing of one that is not known. */
export function useOf(store: Store, key: string): StageUse {
  const stage = store.stages.byKey(key)
  if (!stage) return { card: '', curves: [] }
  const rows = new Map<string, UseRow[]>()
  for (const row of store.use.of(stage.id, stage.attempt)) rows.set(row.name, [...(rows.get(row.name) ?? []), row])
  const curves = READING_NAMES.flatMap((name) => {
    const ours = rows.get(name) ?? []
    const column = (of: 'at' | 'seconds' | 'mean' | 'low' | 'high') => ours.map((row) => row[of])
    const columns = { at: column('at'), seconds: column('seconds'), mean: column('mean') }
    return ours.length === 0 ? [] : [{ name, ...READINGS[name], ...columns, low: column('low'), high: column('high') }]
  })
  return { card: titleOf(store.cards.of(stage.id, stage.attempt)), curves }
}

const titleOf = (card: CardRead | undefined) => (card ? cardTitle(card) : '')

/** What the stages of a run used, and what its own did in all. */
export function usedBy(store: Store, run: string): { own: UseTotals; byStage: (key: string) => UseTotals } {
  const used = store.use.ofRun(run)
  const stages = new Map<string, (typeof used)[number][]>()
  for (const total of used) {
    const known = stages.get(total.key)
    if (known) known.push(total)
    else stages.set(total.key, [total])
  }
  return { own: totalsOf(used.filter(({ own }) => own)), byStage: (key) => totalsOf(stages.get(key) ?? []) }
}

type Total = Pick<UseTotal, 'name' | 'seconds' | 'mean' | 'high'>
/** `card`: the one that its stage computed on, where that is known. */
type PlacedTotal = Total & { card?: CardRead | undefined }

const peak = (totals: readonly Total[], wanted: UseTotal['name']) =>
  totals.reduce<number | null>((most, { name, high }) => (name === wanted ? Math.max(most ?? 0, high) : most), null)

/** What stages used in all: the most of memory, the sum of energy. */
export function totalsOf(totals: readonly PlacedTotal[]): UseTotals {
  const byCard = new Map<string, PlacedTotal[]>()
  for (const total of totals) {
    if (!total.name.startsWith('gpu')) continue
    const uuid = total.card?.uuid ?? ''
    byCard.set(uuid, [...(byCard.get(uuid) ?? []), total])
  }
  const cards = [...byCard.values()].map((ours) => cardTotals(titleOf(ours[0]!.card), ours))
  const known = cards.flatMap(({ wattHours }) => wattHours ?? [])
  return {
    peakBytes: peak(totals, 'memory'),
    peakGpuBytes: peak(totals, 'gpuMemory'),
    wattHours: known.length > 0 ? known.reduce((sum, hours) => sum + hours) : null,
    wattSeconds: cards.reduce((sum, { wattSeconds }) => sum + wattSeconds, 0),
    cards: cards.toSorted((a, b) => (a.card < b.card ? -1 : 1)),
  }
}

/** The same of what was read of one card. */
function cardTotals(card: string, totals: readonly Total[]): CardTotals {
  const of = (name: UseTotal['name']) => totals.filter((total) => total.name === name)
  // What stages on one card share is each one's part, so that nothing is counted twice; earlier versions kept the whole alone.
  const shared = of('gpuPowerShare')
  const power = shared.length > 0 ? shared : of('gpuPower')
  const joules = power.reduce((sum, { mean, seconds }) => sum + mean * seconds, 0)
  return {
    card,
    peakGpuBytes: peak(totals, 'gpuMemory'),
    wattHours: power.length > 0 ? joules / 3600 : null,
    wattSeconds: power.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}
