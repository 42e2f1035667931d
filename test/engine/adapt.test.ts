// A model that first reads the texts of a task, without labels: held to PyTorch (test/golden/adapt/make.py), and gone on with.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadPretrained } from '../../src-main/data/checkpoints/open'
import { readSafetensors } from '../../src-main/data/checkpoints/safetensors'
import { METRICS, readMetrics } from '../../src-main/data/metrics'
import { unfinishedFile } from '../../src-main/data/unfinished'
import { artifactFolder, commitArtifact, readArtifactFile, readManifest } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { jsonFile } from '../../src-main/engine/stages/stage'
import { stageKey } from '../../src-main/science/plan/stage-key'
import type { AdaptConfig, Split, Stage } from '../../src-main/science/stages'
import type { Decision } from '../../src-main/science/answers'
import type { Example, Form, PreparedTask } from '../../src-main/science/tasks'
import { golden } from '../data/checkpoints/golden'
import { temporaryFolder } from '../store/temporary'
import { nativeMissing } from './runtimes'

const numbers = z.array(z.number())
const reference = z
  .object({
    texts: z.array(z.string()),
    heldOut: z.array(z.string()),
    tokens: z.number(),
    steps: z.number(),
    sample: z.number(),
    optimiser: z.custom<AdaptConfig['optimiser']>(),
    models: z.record(
      z.string(),
      z.object({ losses: numbers, bitsPerByte: numbers, weights: z.record(z.string(), numbers) }),
    ),
  })
  .parse(JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../golden/adapt/reference.json'), 'utf8')))

const example = (text: string, id: number): Example => ({ id, text, label: 0, group: `${id}` })
const CLASSES: Form = { kind: 'classes', names: ['a', 'b'] }
const OPTIONS: Form = { kind: 'options', count: 2 }
/** A task whose transfer half and validation split are given; nothing else is read. */
const taskOf = (transfer: Example[], validation: Example[], form: Form = CLASSES): PreparedTask => ({
  form,
  splits: { weak: [example('the weak half is not read', 0)], transfer, validation, test: [] },
})
const TEXTS = taskOf(reference.texts.map(example), reference.heldOut.map(example))

interface World {
  stage: Extract<Stage, { kind: 'adapt' }>
  artifacts: string
  places: Record<string, string>
}

/** A task as a data stage leaves it, and the stage that reads it. */
async function world(model: string, task = TEXTS, change: Partial<AdaptConfig> = {}): Promise<World> {
  const artifacts = path.join(temporaryFolder(), 'artifacts')
  const data = 'd'.repeat(64)
  const place = { backend: 'typescript', device: 'CPU', threads: 1, isa: null, reason: '' }
  const config = { task: 'made-up' } as unknown as Stage['config']
  const facts = { key: data, kind: 'data', config, needs: {}, summary: {}, finishedAt: 0, appVersion: '' } as const
  await commitArtifact(artifacts, { ...facts, ...place }, [jsonFile('examples.json', task)])
  const { tokens, optimiser } = reference
  const adapting: AdaptConfig = {
    ...{ checkpoint: model, tokens, trainOn: 'transfer', optimiser, precision: 'fp32', evaluations: 3, seed: 0 },
    ...{ backend: nativeMissing ? 'wasm' : 'cpu', ...change },
  }
  const content = { kind: 'adapt', config: adapting, needs: { data } } as const
  const stage = { ...content, key: stageKey(content), title: 'reading · it' }
  return { stage, artifacts, places: { [model]: golden(model) } }
}

/** Runs it. @param stopAt ends it after so many losses were told */
async function run({ stage, artifacts, places }: World, stopAt = Infinity): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  let losses = 0
  const runner = createRunner((event) => {
    events.push(event)
    if (event.type === 'metric' && event.name === 'loss' && ++losses === stopAt) runner.cancel(event.key)
  }, loadBackend)
  const needs = { data: artifactFolder(artifacts, stage.needs.data) }
  await runner.run({ stage, needs, artifacts, tasks: {}, models: places, corpora: {} })
  return events
}
const endOf = (events: EngineEvent[]) =>
  events.flatMap((e) => (e.type === 'state' && e.state !== 'running' ? [e] : [])).at(-1)!
const made = ({ stage, artifacts }: World) => artifactFolder(artifacts, stage.key)
const curve = async (of: World, wanted: string) =>
  readMetrics(await readArtifactFile(made(of), METRICS)).flatMap(({ name, value }) => (name === wanted ? [value] : []))
const hashesOf = async (of: World) => (await readManifest(made(of))).files.map(({ name, sha256 }) => [name, sha256])

describe.each(nativeMissing ? ['wasm'] : ['wasm', 'cpu'])('reading a task’s texts on %s', (backend) => {
  it.each(Object.keys(reference.models))('makes of %s what PyTorch makes of it', async (name) => {
    const wanted = reference.models[name]!
    const of = await world(name, TEXTS, { backend })
    expect(endOf(await run(of))).toMatchObject({ state: 'done' })
    const losses = await curve(of, 'loss')
    expect(losses).toHaveLength(reference.steps)
    losses.forEach((loss, step) => expect(loss).toBeCloseTo(wanted.losses[step]!, 5))
    const bits = await curve(of, 'bits_per_byte')
    expect(bits).toHaveLength(3)
    expect(bits[0]).toBeCloseTo(wanted.bitsPerByte[0]!, 5)
    expect(bits.at(-1)).toBeCloseTo(wanted.bitsPerByte[1]!, 5)
    const saved = readSafetensors(await readArtifactFile(made(of), 'model.safetensors'))
    expect(saved.map((tensor) => tensor.name).sort()).toEqual(Object.keys(wanted.weights).sort())
    for (const key of Object.keys(wanted.weights)) {
      // A key bias has no gradient but rounding errors, of which AdamW makes steps: softmax does not see it.
      if (/(c_attn|query_key_value)\.bias$/.test(key)) continue
      const { data } = saved.find((tensor) => tensor.name === key)!
      const step = Math.max(1, Math.floor(data.length / reference.sample))
      wanted.weights[key]!.forEach((value, i) => expect(Math.abs(data[i * step]! - value), key).toBeLessThan(2e-5))
    }
  })
})

describe('reading a task’s texts', () => {
  it('leaves a model that opens with its language head, its tokenizer and its licence', async () => {
    const of = await world('tiny-neox')
    await run(of)
    const [before, after] = [await loadPretrained(golden('tiny-neox')), await loadPretrained(made(of))]
    expect(after.spec).toEqual(before.spec)
    expect([after.context, after.card.licence]).toEqual([before.context, before.card.licence])
    expect(after.tokenizer.encode('the kind of')).toEqual(before.tokenizer.encode('the kind of'))
    const { summary } = await readManifest(made(of))
    expect(Object.keys(summary)).toEqual(['parameters', 'steps', 'loss', 'bits_per_byte', 'bits_per_byte_before'])
    expect(summary['bits_per_byte']!).toBeLessThan(summary['bits_per_byte_before']!)
    const card = (await readArtifactFile(made(of), 'README.md')).toString()
    expect(card).toContain(`${summary['bits_per_byte']!.toFixed(3)} after`)
  })

  it.each([1, 4])('stopped after %i updates goes on to the bytes of one never stopped', async (at) => {
    const change = { optimiser: { ...reference.optimiser, batch: 3, epochs: 3 } }
    const [whole, stopped] = [await world('tiny-llama', TEXTS, change), await world('tiny-llama', TEXTS, change)]
    await run(whole)
    expect(endOf(await run(stopped, at))).toMatchObject({ state: 'cancelled' })
    const file = unfinishedFile(stopped.artifacts, stopped.stage.key)
    expect(existsSync(file)).toBe(true)
    const events = await run(stopped)
    expect(events).toContainEqual(expect.objectContaining({ type: 'log', text: `Going on after update ${at}.` }))
    expect(await hashesOf(stopped)).toEqual(await hashesOf(whole))
    expect(existsSync(file)).toBe(false)
  })

  it('reads of options every one, of prompts not what is to follow, and of labels nothing', async () => {
    const weightsOf = async (task: PreparedTask) => {
      const of = await world('tiny-llama', task, { tokens: 64 })
      expect(endOf(await run(of))).toMatchObject({ state: 'done' })
      return (await hashesOf(of)).find(([name]) => name === 'model.safetensors')
    }
    const plain = (texts: string[]) => taskOf(texts.map(example), reference.heldOut.map(example))
    const [first, second] = ['what kind is it\n\na good one', 'what kind is it\n\na bad one']
    const options = ['a good one', 'a bad one']
    const asked = (label: number) => ({ ...example('what kind is it', 0), options, label })
    const optional = taskOf([asked(1)], [asked(0)], OPTIONS)
    expect(await weightsOf(optional)).toEqual(await weightsOf(plain([first, second])))
    const labelled = (label: Decision) =>
      taskOf(
        reference.texts.slice(0, 3).map((text, id) => ({ ...example(text, id), label })),
        TEXTS.splits.validation,
      )
    const [zero, one] = [await weightsOf(labelled(0)), await weightsOf(labelled(1))]
    expect(zero).toEqual(one)
    const prompts: PreparedTask = { ...labelled(' and so on'), form: { kind: 'text' } }
    expect(await weightsOf(prompts)).toEqual(zero)
  })

  it('trains the last blocks alone where these alone are finetuned', async () => {
    const of = await world('tiny-gpt2', TEXTS, { trainBlocks: 1 })
    await run(of)
    const [before, after] = [await loadPretrained(golden('tiny-gpt2')), await loadPretrained(made(of))]
    const last = before.spec.layers - 1
    for (const { name, data } of after.weights) {
      const was = before.weights.find((tensor) => tensor.name === name)!.data
      const learns = name.startsWith('norm.') || name.startsWith(`blocks.${last}.`)
      if (!learns) expect(data, name).toEqual(was)
      else if (!name.endsWith('.k.bias')) expect(data, name).not.toEqual(was)
    }
  })

  it('refuses an encoder, and texts that leave nothing to be foretold', async () => {
    const encoder = await world('tiny-bert')
    expect(endOf(await run(encoder))).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('expected a model with a language head') as string,
    })
    const bare = (split: Split) => ({ ...TEXTS, splits: { ...TEXTS.splits, [split]: [example('', 0)] } })
    for (const split of ['transfer', 'validation'] as const)
      expect(endOf(await run(await world('tiny-gpt2', bare(split))))).toMatchObject({
        state: 'failed',
        error: `${split}: expected texts of two tokens and more, got none`,
      })
  })
})
