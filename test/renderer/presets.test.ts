import { expect, it } from 'vitest'
import type { Preset } from '../../src-preload/contract'
import { checkpointsOf } from '../../src-main/science/plan/feasible'
import { parseSpec } from '../../src-main/science/spec/parse'
import { missingModels, quickestFirst } from '../../src-renderer/lib/presets'

const checkpoints = [
  { id: 'large', title: 'Large', family: 'Made up', parameters: 1e9, here: false, trains: false },
  { id: 'small', title: 'Small', family: 'Made up', parameters: 1e7, here: true, trains: true },
]
function preset(id: string, strong: object, seeds: number[]): Preset {
  const weak = [{ model: 'words' }]
  const parsed = parseSpec({
    ...{ version: 1, name: id, tasks: ['spam'], weak, strong: [strong], methods: [{ method: 'naive' }], seeds },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return {
    id,
    title: id,
    help: '',
    gpu: false,
    origin: 'bundled',
    spec: parsed.spec,
    checkpoints: checkpointsOf(parsed.spec),
  }
}
const vectors = preset('vectors', { model: 'vectors' }, [0, 1, 2])
const small = preset('small', { model: 'pretrained', checkpoint: 'small' }, [0, 1, 2])
const large = preset('large', { model: 'probe', checkpoint: 'large' }, [0])

it('presets come in the order of their cost: a large model is one, however few its trainings', () => {
  const ids = quickestFirst({ presets: [large, small, vectors], checkpoints }).map(({ id }) => id)
  expect(ids).toEqual(['vectors', 'small', 'large'])
})

it('of the presets and models that come with the app the quick start is the first', () => {
  const files = import.meta.glob<Preset>('../../resources/presets/*.json', { eager: true, import: 'default' })
  const presets = Object.values(files).map((preset) => {
    const parsed = parseSpec(preset.spec)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    return { ...preset, spec: parsed.spec, checkpoints: checkpointsOf(parsed.spec) }
  })
  const manifests = import.meta.glob<{ id: string; parameters: number }>('../../resources/models/*/manifest.json', {
    eager: true,
    import: 'default',
  })
  const models = Object.values(manifests).map((model) => ({ ...checkpoints[1]!, ...model }))
  const elsewhere = ['minilm-l3', 'minilm-l6', 'smollm2-135m', 'gpt2', 'pythia-70m', 'qwen2.5-0.5b'].map((id) => ({
    ...checkpoints[0]!,
    id,
  }))
  expect(quickestFirst({ presets, checkpoints: [...models, ...elsewhere] })[0]!.id).toBe('quickstart')
})

it('a preset names the models that have to be fetched first', () => {
  expect(missingModels(large, checkpoints).map(({ title }) => title)).toEqual(['Large'])
  expect(missingModels(small, checkpoints)).toEqual([])
  expect(missingModels(vectors, checkpoints)).toEqual([])
})
