import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { parseJson } from './json'

/** A number of a training at a step; `split` is '' for quantities of the training batch. */
export interface Metric {
  name: string
  split: string
  step: number
  value: number
}

/** Name of the file in an artifact that holds what its stage measured. */
export const METRICS = 'metrics.json.gz'
/** More is no file of ours: a hundred series of a million points. */
const MOST_BYTES = 2 ** 31 - 1

/** Series by series, columns of equal length; a value that is no number is null. Every digit is kept. */
const schema = z.array(
  z.strictObject({
    name: z.string(),
    split: z.string(),
    step: z.array(z.number()),
    value: z.array(z.number().nullable()),
  }),
)

/** What a stage measured, as a file of its artifact: the same numbers give the same bytes. */
export function writeMetrics(metrics: readonly Metric[]): Uint8Array {
  const series = new Map<string, z.infer<typeof schema>[number]>()
  for (const { name, split, step, value } of metrics) {
    const key = `${name}/${split}`
    const found = series.get(key) ?? { name, split, step: [], value: [] }
    series.set(key, found)
    found.step.push(step)
    found.value.push(Number.isFinite(value) ? value : null)
  }
  return gzipSync(JSON.stringify([...series.values()]))
}

/** @throws Error when the bytes are no such file */
export function readMetrics(bytes: Uint8Array): Metric[] {
  const text = gunzipSync(bytes, { maxOutputLength: MOST_BYTES }).toString()
  return schema
    .parse(parseJson(text))
    .flatMap(({ name, split, step, value }) => step.map((at, i) => ({ name, split, step: at, value: value[i] ?? NaN })))
}
