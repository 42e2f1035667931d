import { METRICS, readMetrics, type Metric } from '../../data/metrics'
import { readArtifactFile } from '../../engine/artifacts'
import type { Store } from '../../store'
import type { Found } from '../home/shelf'

/** A finished artifact with the curves that go with it: ready to be recorded in one transaction. */
export interface Adoption extends Found {
  /** Empty where the artifact is older than their file in it. */
  metrics: Metric[]
}

/** Reads what the store needs to know of a finished artifact. */
export async function readAdoption(found: Found): Promise<Adoption> {
  const { folder, manifest } = found
  const measured = manifest.files.some((file) => file.name === METRICS)
  return {
    ...found,
    metrics: measured ? readMetrics(await readArtifactFile(folder, METRICS)) : [],
  }
}

/**
 * Records a stage as done by an artifact that is on disk: one that came with the app, or one whose process was killed
 * between its last act and the record of it. The attempt that was running is the one that made it.
 */
export function adopt(store: Store, { origin, manifest, metrics }: Adoption): void {
  const found = store.stages.byKey(manifest.key)
  if (!found || found.state === 'done') return
  // What came with the app was not made here: it has no times.
  const at = origin === 'bundled' ? null : manifest.finishedAt
  if (found.state !== 'running') store.stages.claim(found.id, at)
  const { id, attempt } = store.stages.byKey(manifest.key)!
  store.stages.setPlace(id, manifest)
  for (const metric of metrics) store.metrics.insert(id, attempt, metric)
  store.stages.finish(id, at)
  store.artifacts.put({
    stage: id,
    origin,
    bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    files: JSON.stringify(manifest.files),
    summary: JSON.stringify(manifest.summary),
    finishedAt: manifest.finishedAt,
  })
  if (at !== null) store.log.insert(id, attempt, { at, level: 'info', text: 'Found finished on disk.' })
}
