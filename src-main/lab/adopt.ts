import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSafetensors } from '../data/checkpoints/safetensors'
import { METRICS, readMetrics, type Metric } from '../data/metrics'
import { readArtifactFile } from '../engine/artifacts'
import type { PredictionRow, Store } from '../store'
import type { Found } from './shelf'

/** A finished artifact with the predictions that go with it: ready to be recorded in one transaction. */
export interface Adoption extends Found {
  predictions: PredictionRow[]
  /** Empty where the artifact is older than their file in it. */
  metrics: Metric[]
}

/** Reads what the store needs to know of a finished artifact. */
export async function readAdoption(found: Found): Promise<Adoption> {
  const { folder, manifest } = found
  const measured = manifest.files.some((file) => file.name === METRICS)
  return {
    ...found,
    predictions: manifest.kind === 'train' ? await readPredictions(folder) : [],
    metrics: measured ? readMetrics(await readArtifactFile(folder, METRICS)) : [],
  }
}

/**
 * Records a stage as done by an artifact that is on disk: one that came with the app, or one whose process was killed
 * between its last act and the record of it. The attempt that was running is the one that made it.
 */
export function adopt(store: Store, { origin, manifest, predictions, metrics }: Adoption): void {
  const found = store.stages.byKey(manifest.key)
  if (!found || found.state === 'done') return
  // What came with the app was not made here: it has no times.
  const at = origin === 'bundled' ? null : manifest.finishedAt
  if (found.state !== 'running') store.stages.claim(found.id, at)
  const { id, attempt } = store.stages.byKey(manifest.key)!
  store.stages.setBackend(id, manifest.backend, manifest.device, manifest.reason)
  for (const row of predictions) store.predictions.insert(id, attempt, row)
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

/** `steps` of all evaluations, and one tensor a split, [evaluations, examples, classes − 1]: of all, or of the last. */
async function readPredictions(folder: string): Promise<PredictionRow[]> {
  const file = join(folder, 'predictions.safetensors')
  const tensors = readSafetensors(await readFile(file), file)
  const steps = tensors.find((t) => t.name === 'steps')?.data ?? new Float32Array()
  return tensors
    .filter((t) => t.name !== 'steps')
    .flatMap(({ name: split, shape, data }) => {
      const own = steps.slice(steps.length - shape[0]!)
      const size = data.length / own.length
      return Array.from(own, (step, i) => ({ split, step, probabilities: data.slice(i * size, (i + 1) * size) }))
    })
}
