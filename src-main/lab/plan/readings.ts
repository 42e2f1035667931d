import type { ReadingName } from '../../science/readings'
import type { Stage } from '../../science/stages'
import type { PastUse, Store } from '../../store'
import { likenessOf } from './estimates'

/**
 * What was read of a quantity while past stages ran, newest first, by their likeness. Of several cards one draws more than
 * another and cuts batches in other parts, so what was read on these counts alone, wherever there is some.
 * @param cards by uuid; '' or none: of any
 */
export function pastReadings(store: Store, name: ReadingName, cards: readonly string[]): Map<string, PastUse[]> {
  const seen = new Map<string, PastUse[]>()
  for (const one of store.use.past(name)) {
    const data = one.dataConfig === null ? undefined : (JSON.parse(one.dataConfig) as object)
    const likeness = likenessOf({ kind: one.kind, config: JSON.parse(one.config) as Stage['config'] }, data)
    seen.set(likeness, [...(seen.get(likeness) ?? []), one])
  }
  return new Map([...seen].map(([likeness, readings]) => [likeness, onCards(readings, cards)]))
}

/** Those of these cards; all where none is of them. */
export function onCards(readings: readonly PastUse[], cards: readonly string[]): PastUse[] {
  const ours = readings.filter(({ card }) => card !== null && cards.includes(card))
  return ours.length > 0 ? ours : [...readings]
}
