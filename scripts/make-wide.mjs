// The cases that a card is tested with on the machine itself: those of test/golden/native whose sizes do not fit the tiles
// of kernels, with fewer numbers of each tensor. `node scripts/make-wide.mjs` writes src-main/engine/backends/wide.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'

const root = new URL('..', import.meta.url).pathname
const CASES = ['bert-mean', 'llama', 'neox', 'qwen2-language']
/** Numbers of a tensor that are kept, about. */
const KEPT = 12

function thinned({ shape, stride, data, norm }) {
  const bytes = Buffer.from(data, 'base64')
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  const step = Math.max(1, Math.floor(values.length / KEPT))
  const sample = values.filter((_, i) => i % step === 0)
  return { shape, stride: stride * step, data: Buffer.from(sample.buffer).toString('base64'), norm }
}
const each = (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, stored]) => [name, thinned(stored)]))

const cases = CASES.map((name) => {
  const golden = JSON.parse(readFileSync(`${root}test/golden/native/${name}.json`, 'utf8'))
  const { spec: net, update, batches, losses, outputs, gradients, after, features, starts, scores, generated } = golden
  return {
    ...{
      net,
      update,
      batches,
      loss: losses[0],
      outputs: thinned(outputs),
      gradients: each(gradients),
      after: each(after),
    },
    ...(features && { features: features.map(thinned) }),
    ...(scores && { starts, scores, generated }),
  }
})
const file = `${root}src-main/engine/backends/wide.json`
writeFileSync(file, await format(JSON.stringify({ cases }), { ...(await resolveConfig(file)), parser: 'json' }))
