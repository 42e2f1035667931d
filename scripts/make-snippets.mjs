// Makes the rated snippets (resources/ratings) and the source files of the tasks and test sets that are cut from them, out of
// the source archive of PyPI's vaderSentiment 3.3.2: node scripts/make-snippets.mjs <archive> <folder for the source files>
// The archive: pip download --no-deps --no-binary :all: vaderSentiment==3.3.2
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { at, compress, load, sha256 } from './tasks/files.mjs'

const { createTwinFinder, foldText } = await load('src-main/science/tasks/twins.ts')

const ARCHIVE = '5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9'
const INNER = 'vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz'

/** Id → name in the archive, rows there, and the word for what rows of one group are cut from. */
const SETS = {
  'movie-snippets': { name: 'movieReviewSnippets', rows: 10_605, source: 'movie' },
  'product-snippets': { name: 'amazonReviewSnippets', rows: 3_708, source: 'review' },
  'news-snippets': { name: 'nytEditorialSnippets', rows: 5_190, source: 'article' },
  'tweet-snippets': { name: 'tweets', rows: 4_200, source: 'tweet' },
}
/** Raters' means from here on tell a side; nearer to 0 they do not. */
const CLEAR = 0.5
/** Means of two snippets that are so far apart tell which of them speaks better. */
const APART = 1
/** One row of so many is tested on, in what is trained on. */
const TESTED = 5

const [archive, folder] = process.argv.slice(2)
if (!archive || !folder) {
  console.error('usage: node scripts/make-snippets.mjs <vaderSentiment-3.3.2.tar.gz> <folder for the source files>')
  process.exit(2)
}
if (sha256(readFileSync(archive)) !== ARCHIVE) {
  console.error(`${archive}: expected sha256 ${ARCHIVE}, got ${sha256(readFileSync(archive))}`)
  process.exit(1)
}

const unpack = (options, input) => execFileSync('tar', ['-xzOf', ...options], { input, maxBuffer: 2 ** 26 })
const inner = unpack([archive, INNER])
const fileOf = (name) =>
  unpack(['-', `hutto_ICWSM_2014/${name}.txt`], inner)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => line.split('\t'))

/** Without what leads to a person or a place of the web. Some entities were encoded twice. */
const maskText = (text) =>
  text
    .replace(/&(?:amp;)+/g, '&')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<email>')
    .replace(/(?:https?:|www\.)[^\s)]+|https?:/gi, '<url>')
    .replace(/@\w+/g, '<user>')
    .replace(/(?<!\d)\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)/g, '<phone>')
    .replace(/\s+/g, ' ')
    .trim()

/** Snippets with every single rating, in the archive's order; `group` is what the id says that they are cut from. */
function readSet({ name, rows, source }) {
  const ratings = new Map(fileOf(`${name}_anonDataRatings`).map(([id, , , list]) => [id, JSON.parse(list)]))
  const read = fileOf(`${name}_GroundTruth`).map(([id, , text]) => ({
    text: maskText(text),
    ratings: ratings.get(id),
    group: `${source} ${id.split('_')[0]}`,
  }))
  if (read.length !== rows) throw new Error(`${name}: expected ${rows} rows, got ${read.length}`)
  for (const { text, ratings: list } of read) {
    if (text && list?.length > 0 && list.every((one) => Number.isInteger(one) && Math.abs(one) <= 4)) continue
    throw new Error(`${name}: expected a text and ratings from -4 to 4, got ${JSON.stringify({ text, list })}`)
  }
  return read
}

const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length
const linesOf = (rows) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`
/** An order that has nothing to do with the rows. */
const orderOf = (salt) => (a, b) => (sha256(`${salt} ${a.text}`) < sha256(`${salt} ${b.text}`) ? -1 : 1)

/** Rows of clear sentiment, each text once, as many negative (0) as positive (1). */
function clearRows(id, snippets) {
  const seen = new Set()
  const clear = [...snippets]
    .sort(orderOf(id))
    .filter(({ ratings }) => Math.abs(mean(ratings)) >= CLEAR)
    .filter(({ text }) => !seen.has(foldText(text)) && seen.add(foldText(text)))
    .map(({ text, ratings, group }) => ({ text, label: Number(mean(ratings) > 0), group }))
  const sides = [0, 1].map((label) => clear.filter((row) => row.label === label))
  const each = Math.min(...sides.map((side) => side.length))
  return sides.flatMap((side) => side.slice(0, each))
}

/** Pairs of snippets of which one was rated better by far; a snippet is in one pair at most, and a near twin in none. */
function pairsOf(snippets) {
  const finder = createTwinFinder()
  for (const { text } of snippets) finder.add(text)
  const { first } = finder.find()
  const left = snippets
    .filter((_, i) => first[i] === i)
    .map(({ text, ratings }) => ({ text, mean: mean(ratings) }))
    .sort(orderOf('snippet-pairs'))
  const pairs = []
  while (left.length > 1) {
    const one = left.shift()
    const partner = left.findIndex((other) => Math.abs(other.mean - one.mean) >= APART)
    if (partner >= 0) pairs.push([one, ...left.splice(partner, 1)])
  }
  return pairs.map(([one, other], i) => {
    const best = i % 2
    const worse = one.mean > other.mean ? [other, one] : [one, other]
    const options = (best === 1 ? worse : worse.toReversed()).map(({ text }) => text)
    return { options, label: best, split: (i >> 1) % TESTED === 0 ? 'test' : 'train', group: `pair ${i + 1}` }
  })
}

mkdirSync(at('resources/ratings'), { recursive: true })
for (const [id, set] of Object.entries(SETS)) {
  const snippets = readSet(set)
  const bytes = compress(linesOf(snippets))
  writeFileSync(at(`resources/ratings/${id}.jsonl.gz`), bytes)
  const trained = id === 'movie-snippets'
  const rows = clearRows(id, snippets)
    .map((row, i) => ({ ...row, split: trained && i % TESTED > 0 ? 'train' : 'test' }))
    .sort(orderOf(`${id} order`))
    .map(({ text, label, split, group }) => ({ text, label, split, group }))
  writeFileSync(join(folder, `${id.replace('-', '_')}.jsonl.gz`), gzipSync(linesOf(rows)))
  console.log(`${id}: ${snippets.length} snippets, sha256 ${sha256(bytes)}; ${rows.length} of clear sentiment`)
  if (!trained) continue
  const pairs = pairsOf(snippets)
  writeFileSync(join(folder, 'snippet_pairs.jsonl.gz'), gzipSync(linesOf(pairs)))
  console.log(`snippet-pairs: ${pairs.length} pairs`)
}
