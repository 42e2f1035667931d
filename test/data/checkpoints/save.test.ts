import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { neox } from '../../../src-main/data/checkpoints/architectures/neox'
import { floatOf, halfOf } from '../../../src-main/data/checkpoints/half'
import { withClassHead } from '../../../src-main/data/checkpoints/heads'
import { loadPretrained, type PretrainedModel } from '../../../src-main/data/checkpoints/open'
import { savePretrained } from '../../../src-main/data/checkpoints/save'
import { forward } from './forward'
import { difference, golden } from './golden'

let folder: string
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'w2s-save-'))))
afterAll(() => rm(folder, { recursive: true }))

const NAMES = ['tiny-gpt2', 'tiny-neox', 'tiny-llama', 'tiny-qwen2', 'tiny-bert']
const TEXT = 'A whale is a kind of mammal.'

describe('saving', () => {
  it.each(NAMES)('%s reads back as it was', async (name) => {
    const model = await loadPretrained(golden(name))
    const saved = path.join(folder, `${name}-again`)
    const card = { name: `${name}-again`, licence: 'mit', text: 'A model.' }
    await savePretrained(saved, { ...model, card })
    const again = await loadPretrained(saved)
    expect(again.spec).toEqual(model.spec)
    expect(again.weights).toEqual(model.weights)
    expect(again.card).toEqual(card)
    expect(again.tokenizer.encode(TEXT)).toEqual(model.tokenizer.encode(TEXT))
    expect(again.tokenizer.end).toBe(model.tokenizer.end)
  })

  it('turns as many columns by position, whatever share of a head they are', async () => {
    const config = await readFile(golden('tiny-neox', 'config.json'), 'utf8')
    const { body } = neox.describe(JSON.parse(config), 'config.json')
    for (let headSize = 2; headSize <= 256; headSize++)
      for (let columns = 2; columns <= headSize; columns += 2) {
        const positions = { kind: 'rotary', columns, base: 1e4 } as const
        const sized = { ...body, heads: 1, kvHeads: 1, width: headSize, headSize, positions }
        const again = neox.describe(neox.config({ body: sized, tied: false, context: 8 }), 'config.json')
        expect(again.body.positions).toEqual(positions)
      }
  })

  it('in half precision is half as large, and reads back rounded', async () => {
    const model = await loadPretrained(golden('tiny-llama'))
    const saved = path.join(folder, 'half')
    await savePretrained(saved, { ...model, dtype: 'F16' })
    const again = await loadPretrained(saved)
    expect(again.spec).toEqual(model.spec)
    again.weights.forEach(({ name, shape, data }, i) => {
      expect({ name, shape }).toEqual({ name: model.weights[i]!.name, shape: model.weights[i]!.shape })
      data.forEach((x, j) => expect(x).toBe(floatOf(halfOf(model.weights[i]!.data[j]!))))
    })
    const bytes = async (of: string) => (await stat(path.join(of, 'model.safetensors'))).size
    const values = model.weights.reduce((sum, { data }) => sum + data.length, 0)
    expect((await bytes(saved)) - 2 * values).toBeLessThan(5000)
    expect((await bytes(golden('tiny-llama'))) - 4 * values).toBeLessThan(5000)
  })

  it.each(['gptneox', 'llama'])('a GGUF file of %s becomes a folder with the same values', async (name) => {
    const model = await loadPretrained(golden('gguf', `${name}.gguf`))
    const saved = path.join(folder, `${name}-gguf`)
    await savePretrained(saved, model)
    const again = await loadPretrained(saved)
    expect(again.spec).toEqual(model.spec)
    expect(again.weights).toEqual(model.weights)
  })

  it('a classifier reads back with its pooling; a head without bias as one whose bias is zero', async () => {
    const model = await loadPretrained(golden('tiny-bert'))
    const first = { ...model, ...withClassHead(model, 3, { from: 'zero' }) }
    const saved = path.join(folder, 'first')
    await savePretrained(saved, { ...first, spec: { ...first.spec, pooling: 'first' } })
    expect((await loadPretrained(saved)).spec).toMatchObject({
      pooling: 'first',
      head: { kind: 'classes', classes: 3 },
    })

    const bare = await loadPretrained(golden('tiny-llama-sequence'))
    await savePretrained(path.join(folder, 'bare'), bare)
    const again = await loadPretrained(path.join(folder, 'bare'))
    expect(again.spec).toEqual({ ...bare.spec, head: { kind: 'classes', classes: 2, bias: true } })
    expect(again.weights.at(-1)).toEqual({ name: 'head.bias', shape: [2], data: new Float32Array(2) })
    expect(again.weights.slice(0, -1)).toEqual(bare.weights)
  })

  it('leaves nothing behind when the weights are not those of the description', async () => {
    const model = await loadPretrained(golden('tiny-gpt2'))
    const saved = path.join(folder, 'broken')
    const weights = model.weights.filter(({ name }) => name !== 'blocks.1.up.bias')
    await expect(savePretrained(saved, { ...model, weights })).rejects.toThrow(
      'tensor blocks.1.up.bias: expected 64 values, got no such tensor',
    )
    expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([])
  })
})

const PYTHON = process.env.W2S_PYTHON ?? 'python3'
const PROBE = 'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ["torch", "transformers"])))'
const hasTransformers = spawnSync(PYTHON, ['-c', PROBE]).status === 0

const SCRIPT = `
import json, sys, torch, transformers
text, *folders = sys.argv[1:]
out = []
for folder in folders:
    name = json.load(open(folder + '/config.json'))['architectures'][0]
    model, info = getattr(transformers, name).from_pretrained(folder, output_loading_info=True)
    ids = transformers.AutoTokenizer.from_pretrained(folder)(text)['input_ids']
    with torch.no_grad():
        logits = model.double().eval()(torch.tensor([ids])).logits[0]
    troubles = {k: sorted(map(str, v)) for k, v in info.items() if v}
    out.append({'troubles': troubles, 'ids': ids, 'mean': logits.mean(0).tolist(), 'last': logits[-1].tolist()})
print(json.dumps(out))
`

interface Opened {
  troubles: object
  ids: number[]
  mean: number[]
  last: number[]
}

/** Opens saved folders with the classes that their configs name. */
function openInTransformers(folders: string[]): Opened[] {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', SCRIPT, TEXT, ...folders], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Opened[]
}

describe.skipIf(!hasTransformers)('transformers (of W2S_PYTHON or python3; skipped where it is not installed)', () => {
  it('opens every saved language model and classifier unchanged', { timeout: 600_000 }, async () => {
    const saved: { model: PretrainedModel; at: string }[] = []
    for (const name of NAMES) {
      const model = await loadPretrained(golden(name))
      const classifier = { ...model, ...withClassHead(model, 2, { from: 'unembedding', tokens: [40, 41] }) }
      for (const way of model.spec.head.kind === 'language' ? [model, classifier] : [classifier]) {
        const at = path.join(folder, `${name}-${way.spec.head.kind}`)
        await savePretrained(at, way)
        saved.push({ model: way, at })
      }
    }
    const opened = openInTransformers(saved.map(({ at }) => at))
    expect(opened.map(({ troubles }) => troubles)).toEqual(saved.map(() => ({})))
    saved.forEach(({ model, at }, i) => {
      const { ids, mean, last } = opened[i]!
      expect(ids).toEqual(model.tokenizer.encode(TEXT))
      const expected = model.spec.pooling === 'mean' ? mean : last
      expect(difference(forward(model.spec, model.weights, ids), expected), at).toBeLessThan(2e-6)
    })
  })
})
