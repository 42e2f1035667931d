import type { CurveAxis } from '../../../src-preload/contract'
import { kindOf, type DataConfig, type Stage } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import { stageOf } from '../queue/lifecycle'

/**
 * How far one step of a training goes on an axis; null where that says nothing, as of a language model's epochs.
 * The step of a metric counts the updates before it, and an update is of one batch of the rows that are learnt from.
 */
export function stepOn(axis: CurveAxis, store: Store, row: StageRow): number | null {
  if (axis === 'step') return 1
  const stage = stageOf(store, row)
  const rows = rowsOfTraining(store, stage)
  if (rows === null || (stage.kind !== 'train' && stage.kind !== 'adapt')) return null
  const batch = Math.min(stage.config.optimiser.batch, rows)
  // Texts that are read without their labels are passes over rows, but no labels.
  if (axis === 'labels') return stage.kind === 'train' ? batch : null
  return batch / rows
}

function rowsOfTraining(store: Store, stage: Stage): number | null {
  if (!kindOf(stage.kind).learns || (stage.kind !== 'train' && stage.kind !== 'adapt')) return null
  const data = store.stages.byKey(stage.needs.data)
  if (!data) return null
  const { sizes } = JSON.parse(data.config) as DataConfig
  const parts = stage.kind === 'train' ? (stage.config.part?.of ?? 1) : 1
  return Math.floor(sizes[stage.config.trainOn] / parts)
}
