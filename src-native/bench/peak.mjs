// A process that does nothing but train one net for three steps: what the engine reports of its memory, and the most that
// the process had beyond what it started with. Asked by JSON on stdin, answers on stdout.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { UPDATE } from './contenders.mjs'

const { addon: file, net, batch, options } = JSON.parse(await text(process.stdin))
const addon = createRequire(import.meta.url)(file)
const before = process.memoryUsage.rss()
const model = new addon.Model(net, options)
await model.initialise(1)
const given = { n: batch.n, tokens: Int32Array.from(batch.tokens), offsets: Int32Array.from(batch.offsets) }
for (let step = 0; step < 3; step++) {
  const logits = await model.forward(given, true)
  await model.backward(logits.map((_, i) => (i % 2 ? 0.01 : -0.01)))
  await model.step(UPDATE)
}
const weights = model.tensors().reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)
// The system's own figure for a process begins, on Linux, with what its parent had when it was forked.
const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS)
const peak = kilobytes * 1024 - before
console.log(JSON.stringify({ ...(await model.memory()), parameters: weights, peak }))
