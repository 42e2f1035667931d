import type { InstalledModel, LabEvent, ModelCard, ModelEntry } from '../../src-preload/contract'

/** A small shelf: one of the app's own, one that is here, one half here, one that only predicts, one too big, one's own. */
const GB = 1e9
const MACHINE = 25.2 * GB

function model(id: string, title: string, family: string, parameters: number, change: Partial<ModelEntry>): ModelEntry {
  const [predictBytes, trainBytes] = [parameters * 4.4, parameters * 20.8]
  return {
    ...{ id, title, family, architecture: 'llama', parameters, layers: 6, width: 384, context: 512 },
    licence: 'apache-2.0',
    download: parameters * 4,
    hub: `someone/${id}`,
    viaPip: false,
    note: null,
    memory: {
      ...{ predictBytes, trainBytes, machineBytes: MACHINE },
      predicts: predictBytes < MACHINE - 1.5 * GB,
      trains: trainBytes < MACHINE - 1.5 * GB,
    },
    here: null,
    partialBytes: 0,
    activity: null,
    ...change,
  }
}
const here = (size: number, source: InstalledModel['source']): InstalledModel => ({
  key: 'ab12'.repeat(16),
  path: '/home/ada/.cache/weak-to-strong-lab/models/ab12',
  bytes: source.kind === 'bundled' || source.kind === 'folder' ? 0 : size,
  size,
  gone: false,
  source,
})

export const MODELS: ModelEntry[] = [
  model('tiny', 'Tiny', 'Bundled', 60_000, { download: null, hub: null, here: here(250_000, { kind: 'bundled' }) }),
  model('minilm-l3', 'MiniLM-L3', 'MiniLM', 17_241_984, {
    here: here(69_000_000, {
      kind: 'hub',
      url: 'https://hub.test',
      repository: 'a/l3',
      revision: '0123456789abcdef',
      pinned: false,
    }),
    viaPip: true,
  }),
  model('minilm-l6', 'MiniLM-L6', 'MiniLM', 22_565_376, { partialBytes: 31_000_000, viaPip: true }),
  model('smollm2-1.7b', 'SmolLM2 1.7B', 'SmolLM2', 1_711_376_384, { architecture: 'llama' }),
  model('qwen2.5-7b', 'Qwen2.5 7B', 'Qwen2.5', 7_615_616_512, { licence: 'qwen' }),
  model('mine', 'My model', 'Own', 12_416, {
    download: null,
    hub: null,
    licence: null,
    here: here(50_000, { kind: 'folder' }),
  }),
]
export const CARD: ModelCard = {
  licence: 'apache-2.0',
  text: '# A model\n\nIt maps sentences to vectors.',
  files: [
    { name: 'config.json', bytes: 600, sha256: 'c0'.repeat(32) },
    { name: 'model.safetensors', bytes: 68_999_400, sha256: 'd1'.repeat(32) },
  ],
}
/** An event of a fetch under way. */
export const fetching = (id: string, change: Partial<LabEvent & { type: 'model' }> = {}): LabEvent => ({
  ...{ type: 'model', id, phase: 'Downloading model.safetensors', done: 31e6, total: 91e6, etaSeconds: 12 },
  ...{ finished: false, error: '' },
  ...change,
})
