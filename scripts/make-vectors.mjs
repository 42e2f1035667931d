// Makes resources/ladders/<key>/, the word vectors that come with the app: node scripts/make-vectors.mjs
// <key> is that of today's pretrain stage; folders of other keys are removed. Takes about a minute.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { runnerImport } from 'vite'

const at = (path) => resolve(import.meta.dirname, '..', path)
const load = async (path) => (await runnerImport(at(path), { configFile: false, logLevel: 'error' })).module
const { bundledPretraining } = await load('src-main/data/shipped.ts')
const { readTask } = await load('src-main/data/datasets/read.ts')
const { pretrainingTexts, pretrainVectors, vectorFiles } = await load('src-main/data/pretrain.ts')

const { key, config, needs } = bundledPretraining()
const texts = []
for (const id of Object.keys(config.corpora))
  texts.push(...pretrainingTexts(await readTask(at(`resources/tasks/${id}.jsonl.gz`), { kind: 'classes' })))
console.log(`${texts.length} texts of ${Object.keys(config.corpora).join(', ')}`)
const started = Date.now()
const vectors = await pretrainVectors(texts, config, (done, total) => process.stdout.write(`\r${done} of ${total} `))
const seconds = Math.round((Date.now() - started) / 1000)

const ladders = at('resources/ladders')
await mkdir(ladders, { recursive: true })
for (const name of await readdir(ladders)) if (name !== key) await rm(resolve(ladders, name), { recursive: true })
await mkdir(resolve(ladders, key), { recursive: true })
const card = { name: 'README.md', bytes: Buffer.from(modelCard()) }
const files = [...vectorFiles(vectors), card]
const manifest = {
  key,
  kind: 'pretrain',
  config,
  needs,
  files: files.map(({ name, bytes }) => ({
    name,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })),
  backend: '',
  device: '',
  reason: 'comes with the app',
  summary: { words: vectors.vocabulary.length, width: vectors.embeddings.cols, texts: texts.length },
  finishedAt: 0,
  appVersion: JSON.parse(await readFile(at('package.json'), 'utf8')).version,
}
for (const { name, bytes } of files) await writeFile(resolve(ladders, key, name), bytes)
await writeFile(resolve(ladders, key, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
console.log(`\n${key}: ${vectors.vocabulary.length} words in ${seconds} s`)

function modelCard() {
  return `# Word vectors of the bundled corpora

${vectors.vocabulary.length} vectors of width ${config.width}, half precision. What a student knows beyond its labels.

- Recipe: words within ${config.window} of each other are counted (no weighting by distance), positive PMI with contexts
  smoothed by 0.75, truncated SVD by randomised subspace iteration, singular values to the power 0.5 (Levy, Goldberg and
  Dagan 2015), minus the mean over running words, scaled to a root mean square of 1 a coordinate. Seed ${config.seed}.
- Texts: the ${texts.length} train rows of ${Object.keys(config.corpora).join(', ')}, without their labels. Held-out test
  rows are not among them, nor do words come from them. Sources and terms: resources/tasks/LICENCES.md.
- Vocabulary: the most frequent words, lower-case runs of letters and digits. Other words have no vector.
- For: experiments on the bundled tasks, and imported English texts as far as the vocabulary reaches.
- Not for: anything else. The corpora are small and old (presidents' addresses from 1790 on, e-mail of 2002, American
  prose of 1961); names, views and prejudices of their writers are in the vectors.
- Made by: node scripts/make-vectors.mjs, the same bytes on every run.
`
}
