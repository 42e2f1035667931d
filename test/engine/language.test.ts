import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadPretrained } from '../../src-main/data/checkpoints/open'
import { readCorpus } from '../../src-main/data/corpora/read'
import { METRICS, readMetrics } from '../../src-main/data/metrics'
import { artifactFolder, readArtifactFile, readManifest } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent, Job } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { altered } from './backends/altered'
import { rateAt } from '../../src-main/engine/stages/language-training'
import { isHeldOut } from '../../src-main/engine/stages/tokens'
import { windowsOf } from '../../src-main/engine/stages/windows'
import { unfinishedFile } from '../../src-main/data/unfinished'
import { defaultsOf } from '../../src-main/science/spec/params'
import { PRETRAINING } from '../../src-main/science/pretraining/params'
import { planPretraining } from '../../src-main/science/pretraining/plan'
import { parsePretraining } from '../../src-main/science/pretraining/spec'
import type { Plan, Stage } from '../../src-main/science/stages'
import { temporaryFolder } from '../store/temporary'
import { nativeMissing } from './runtimes'

const backend = nativeMissing ? 'wasm' : 'cpu'
const texts = await readCorpus(path.resolve(import.meta.dirname, '../../resources/corpora/canterbury.jsonl.gz'))
const STEPS = 12

interface World {
  plan: Plan
  artifacts: string
  corpora: Record<string, string>
}

/** A small pretraining over some texts, in a folder of its own. */
async function world(change: Record<string, unknown> = {}): Promise<World> {
  const folder = temporaryFolder()
  const file = path.join(folder, 'alice.jsonl.gz')
  await writeFile(
    file,
    gzipSync(
      texts
        .slice(0, 24)
        .map((text) => `${JSON.stringify({ text })}\n`)
        .join(''),
    ),
  )
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  const parsed = parsePretraining({
    ...{ version: 1, kind: 'pretrain', name: 'small', corpora: ['alice'], vocabulary: 400, context: 32, heldOut: 6 },
    training: { steps: STEPS, batchTokens: 300, evaluations: 4, lr: 0.01 },
    models: [{ id: 'tiny', width: 16, layers: 2, heads: 2 }],
    ...change,
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const plan = planPretraining(parsed.spec, { corpora: { alice: sha256 }, taken: [], backend })
  return { plan, artifacts: path.join(folder, 'artifacts'), corpora: { alice: file } }
}

function jobOf({ artifacts, corpora }: World, stage: Stage): Job {
  const needs = Object.entries(stage.needs).map(([role, key]) => [role, path.join(artifacts, key)] as const)
  return { stage, needs: Object.fromEntries(needs), artifacts, tasks: {}, corpora, models: {} }
}

/** Runs stages in one process. @param stopAt ends the language model after so many losses were told */
async function run(
  of: World,
  stages = of.plan.stages,
  stopAt = Infinity,
  backendFor = loadBackend,
): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  let losses = 0
  const runner = createRunner((event) => {
    events.push(event)
    if (event.type === 'metric' && event.name === 'loss' && ++losses === stopAt) runner.cancel(event.key)
  }, backendFor)
  for (const stage of stages) await runner.run(jobOf(of, stage))
  return events
}
const endsOf = (events: EngineEvent[]) =>
  events.flatMap((e) => (e.type === 'state' && e.state !== 'running' ? [e.state] : []))
const made = ({ plan, artifacts }: World) => artifactFolder(artifacts, plan.stages.at(-1)!.key)
const hashesOf = async (of: World) => (await readManifest(made(of))).files.map(({ name, sha256 }) => [name, sha256])
const metricsOf = async (of: World) => readMetrics(await readArtifactFile(made(of), METRICS))

describe('a pretraining', () => {
  it('leaves a model that opens, knows more than at its start, and says so in bits per byte', async () => {
    const of = await world()
    expect(endsOf(await run(of))).toEqual(['done', 'done'])
    const model = await loadPretrained(made(of))
    expect(model.spec).toMatchObject({ vocabulary: 400, width: 16, layers: 2, head: { kind: 'language', tied: true } })
    expect(model.context).toBe(32)
    const { summary } = await readManifest(made(of))
    expect(Object.keys(summary)).toEqual(['parameters', 'steps', 'loss', 'bits_per_byte', 'bits_per_byte_before'])
    expect(summary).toMatchObject({
      steps: STEPS,
      parameters: 400 * 16 + 2 * (4 * 16 * 16 + 3 * 16 * 32 + 2 * 16) + 16,
    })
    // Undecided at first, every token costs log2 of their number, to a percent.
    const tokens = (await readManifest(artifactFolder(of.artifacts, of.plan.stages[0]!.key))).summary
    const undecided = (tokens['heldOutTokens']! * Math.log2(400)) / tokens['heldOutBytes']!
    expect(Math.abs(summary['bits_per_byte_before']! / undecided - 1)).toBeLessThan(0.01)
    expect(summary['bits_per_byte']!).toBeLessThan(0.95 * undecided)
    const card = Buffer.from(await readArtifactFile(made(of), 'README.md')).toString()
    expect(card).toContain('# tiny')
    expect(card).toContain(`${summary['bits_per_byte']!.toFixed(3)} after`)
    const curve = (await metricsOf(of)).filter(({ name }) => name === 'bits_per_byte')
    expect(curve.map(({ step }) => step)).toEqual([0, 4, 8, 12])
  })

  it.each([1, 4, 7, 12])('stopped after %i updates and gone on with has the bytes of one never stopped', async (at) => {
    const [whole, stopped] = [await world(), await world()]
    await run(whole)
    const [tokens, language] = stopped.plan.stages
    expect(endsOf(await run(stopped, [tokens!, language!], at))).toEqual(['done', 'cancelled'])
    const file = unfinishedFile(stopped.artifacts, language!.key)
    expect(existsSync(file)).toBe(true)
    const events = await run(stopped, [language!])
    expect(endsOf(events)).toEqual(['done'])
    const logs = events.flatMap((event) => (event.type === 'log' ? [event.text] : []))
    expect(logs[0]).toBe(`Going on after update ${at}.`)
    expect(existsSync(file)).toBe(false)
    expect(await hashesOf(stopped)).toEqual(await hashesOf(whole))
    expect(await metricsOf(stopped)).toEqual(await metricsOf(whole))
  })

  it('whose texts have no likelihood before its first step has not diverged', async () => {
    const of = await world()
    const events = await run(of, of.plan.stages, Infinity, async (id) => {
      const backend = await loadBackend(id)
      const create: typeof backend.create = async (...given) =>
        altered(await backend.create(...given), { score: ({ n }) => Promise.resolve(new Float32Array(n).fill(NaN)) })
      return { ...backend, create }
    })
    const failed = events.find((event) => event.type === 'state' && event.state === 'failed')
    expect(failed).toMatchObject({
      error: 'The bits per byte became NaN before the first step: the weights of the model are damaged.',
    })
    expect(failed).not.toHaveProperty('cause')
  })

  it('is kept on its way as models of their own, and ends as one that was not', async () => {
    const models = (keep?: number[]) => [{ id: 'tiny', width: 16, layers: 2, heads: 2, ...(keep && { keep }) }]
    const [whole, kept] = [await world({ models: models() }), await world({ models: models([3, 7]) })]
    await run(whole)
    expect(endsOf(await run(kept))).toEqual(['done', 'done', 'done', 'done'])
    const [, third, seventh] = kept.plan.stages.map(({ key }) => artifactFolder(kept.artifacts, key))
    const summaries = await Promise.all(
      [third!, seventh!, made(kept)].map(async (at) => (await readManifest(at)).summary),
    )
    expect(summaries.map(({ steps }) => steps)).toEqual([3, 7, STEPS])
    const bits = summaries.map((summary) => summary['bits_per_byte']!)
    expect(bits[0]).toBeGreaterThan(bits[2]!)
    expect(await hashesOf(kept)).toEqual([...(await hashesOf(whole)).slice(0, -1), expect.anything()])
    const curve = (await metricsOf(kept)).filter(({ name }) => name === 'bits_per_byte')
    expect(curve.map(({ step }) => step)).toEqual([0, 3, 4, 7, 8, 12])
    const card = Buffer.from(await readArtifactFile(third!, 'README.md')).toString()
    expect(card).toContain('# tiny-at-3')
    expect(card).toContain('the first 3 of 12 updates')
    expect((await loadPretrained(third!)).spec).toEqual((await loadPretrained(made(whole))).spec)
  })

  it('begins anew, saying so, where what was kept is damaged', async () => {
    const [whole, stopped] = [await world(), await world()]
    await run(whole)
    const [tokens, language] = stopped.plan.stages
    await run(stopped, [tokens!, language!], 5)
    const file = unfinishedFile(stopped.artifacts, language!.key)
    const bytes = await readFile(file)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(file, bytes)
    const events = await run(stopped, [language!])
    const warnings = events.flatMap((event) => (event.type === 'log' && event.level === 'warn' ? [event.text] : []))
    expect(warnings).toEqual([expect.stringMatching(/cannot be read, so it begins anew: .*expected sha256/)])
    expect(await hashesOf(stopped)).toEqual(await hashesOf(whole))
  })

  it('refuses a corpus that is not the one that was planned with', async () => {
    const of = await world()
    await writeFile(of.corpora['alice']!, gzipSync('{"text":"another"}\n'))
    const events = await run(of, of.plan.stages.slice(0, 1))
    expect(events.at(-1)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('the corpus was changed') as string,
    })
  })
})

describe('the windows of a text', () => {
  it('predict every token once, and its end', () => {
    const text = Int32Array.from([0, 5, 6, 7, 8, 9])
    expect(windowsOf(text, 0, 4).map((window) => [...window])).toEqual([
      [0, 5, 6, 7, 8],
      [8, 9, 0],
    ])
    expect(windowsOf(text, 0, 6).map((window) => [...window])).toEqual([[0, 5, 6, 7, 8, 9, 0]])
  })
})

it('holds out about one text of so many, by its content alone', () => {
  const held = texts.filter((text) => isHeldOut(text, 10))
  expect(held.length).toBeGreaterThan(texts.length / 20)
  expect(held.length).toBeLessThan(texts.length / 5)
  expect(held.every((text) => isHeldOut(text, 10))).toBe(true)
})

it('warms the learning rate up evenly, then lets it fall as the schedule says', () => {
  const training = { ...defaultsOf(PRETRAINING), steps: 100, lr: 1, warmup: 0.1, schedule: 'linear' } as const
  expect([0, 4, 9].map((step) => rateAt(step, training))).toEqual([0.1 * 1, 0.5 * 0.96, 1 * 0.91])
  expect(rateAt(50, training)).toBeCloseTo(0.5, 12)
  expect(rateAt(99, { ...training, schedule: 'constant', warmup: 0 })).toBe(1)
})
