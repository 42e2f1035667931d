// Makes models that a pretraining has made into models that come with the app:
//   node scripts/ship-models.mjs <pretraining.json> <home> [id…] [--backend cpu]
// Copies their folders to resources/models/<id>, with a card that says of which texts they are, and their hashes.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const at = (path) => resolve(import.meta.dirname, '..', path)
const load = async (path) => (await runnerImport(at(path), { configFile: false, logLevel: 'error' })).module
const { readCorpora } = await load('src-main/data/corpora/manifest.ts')
const { describeFolder, writeManifest } = await load('src-main/data/models/index.ts')
const { parsePretraining } = await load('src-main/science/pretraining/spec.ts')
const { modelStages } = await load('src-main/science/pretraining/plan.ts')
const { readManifest } = await load('src-main/engine/artifacts.ts')

const { values, positionals } = parseArgs({
  options: { backend: { type: 'string', default: 'cpu' } },
  allowPositionals: true,
})
const [specFile, home, ...wanted] = positionals
const parsed = parsePretraining(JSON.parse(await readFile(specFile, 'utf8')))
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
const { spec } = parsed
const known = readCorpora(at('resources/corpora'))
const corpora = Object.fromEntries(known.map(({ id, sha256 }) => [id, sha256]))
const stages = modelStages(spec, { corpora, taken: [], backend: values.backend })
const NOT_FOR = {
  text: `Most of the texts are of the 17th to 19th century or a Bible, one is a lexicon of slang: the views and prejudices of
  their writers are in the weights.`,
  games: 'It has seen games of one engine against itself, no position and no rule: its moves need not be legal.',
}

for (const { id } of spec.models.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) await ship(id)

async function ship(id) {
  const from = join(home, 'artifacts', stages[id])
  const { files, threads, isa, summary } = await readManifest(from)
  const into = at(`resources/models/${id}`)
  await rm(into, { recursive: true, force: true })
  await mkdir(into, { recursive: true })
  for (const { name } of files) if (!name.startsWith('metrics.')) await copyFile(join(from, name), join(into, name))
  const card = await readFile(join(into, 'README.md'), 'utf8')
  await writeFile(join(into, 'README.md'), carded(card, { id, threads, isa }))
  await writeManifest(into, await describeFolder(into))
  console.log(`${id}: ${summary.bits_per_byte.toFixed(3)} bits per byte after ${summary.steps} updates`)
}

/** The card of the stage, with what only whoever ships it knows. */
function carded(card, { id, threads, isa }) {
  const texts = known.filter((corpus) => spec.corpora.includes(corpus.id))
  const lines = texts.map(({ id, title, sha256 }) => `  - ${id}: ${title} (sha256 ${sha256.slice(0, 16)}…)`)
  const body = card.replace(/^---\n.*?---\n/s, '').replace(/^# .*$/m, `# ${titleOf(id)}`)
  return `---
license: other
license_name: public-domain
---
${body.trim()}
- Texts: those of these corpora, no text of a bundled task among them (resources/corpora/LICENCES.md):
${lines.join('\n')}
- Terms: the texts are in the public domain, so that the weights may go anywhere.
- Not for: anything but experiments. ${NOT_FOR[texts[0].kind]}
- Made by: w2s run resources/pretrainings/${basename(specFile)}, on ${threads} thread${threads === 1 ? '' : 's'} of ${isa}; put here by scripts/ship-models.mjs.
- Key of its stage: ${stages[id]}
`
}

/** `prose-1` → `Prose 1`. */
function titleOf(id) {
  const [name, ...rest] = id.split('-')
  return [name[0].toUpperCase() + name.slice(1), ...rest].join(' ')
}
