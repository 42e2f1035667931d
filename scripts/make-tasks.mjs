// Makes resources/tasks/*.jsonl.gz from a folder with the source files: node scripts/make-tasks.mjs <folder> [id…]
// A source is a .jsonl.gz of the rows of a task (src-main/science/tasks/task.ts), with split and group. Prints the sha256 that src-main/science/tasks/<id>.ts states.
// Near twins, and the mails of one thread, are made one group, and no group lies in train and test.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { at, compress, load, sha256 } from './tasks/files.mjs'

const { joinGroups } = await load('src-main/science/tasks/groups.ts')
const { createTwinFinder, foldText } = await load('src-main/science/tasks/twins.ts')

const SOURCES = {
  brown: 'brown_fiction_vs_expository',
  foods: 'foods',
  sotu: 'sotu_era',
  spam: 'spam',
  'person-artifact': 'wordnet_person_vs_artifact',
  'wordnet-isa': 'wordnet_isa_true_false',
  'wordnet-kinds': 'wordnet_kinds',
  'movie-snippets': 'movie_snippets',
  'snippet-pairs': 'snippet_pairs',
  'product-snippets': 'product_snippets',
  'news-snippets': 'news_snippets',
  'tweet-snippets': 'tweet_snippets',
  'chess-puzzles': 'chess_puzzles',
}

/**
 * Mails without what names a person's address or gives a mailing list away: a model that knows "[ILUG]" tells the list
 * from the rest, not spam from mail. Rows that become equal to an earlier one are left out.
 */
function maskMails(rows) {
  const tags = listTags(rows)
  const seen = new Set()
  return rows
    .map((row) => ({ ...row, text: maskMail(row.text, tags) }))
    .filter(({ text }) => text.length > 3 && !seen.has(text) && seen.add(text))
}

/** Tags such as [SAtalk] that stand in front of the subjects of two mails or more. */
function listTags(rows) {
  const counts = new Map()
  for (const { text } of rows) {
    for (const tag of new Set(subjectOf(text).match(TAG) ?? [])) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  }
  return [...counts].filter(([, n]) => n > 1).map(([tag]) => tag)
}

// Subject and body are joined by this in the source.
const DASH = ' — '
const subjectOf = (text) => text.slice(0, Math.max(0, text.indexOf(DASH)))
const TAG = /\[[A-Za-z][^\][\s]{1,30}\]/g

const MASKS = [
  // Addresses, also those that the archive has cut ("jm@ netnoteinc.com") or that stand in "[mailto:…]".
  [/\[mailto:[^\]]*\]/gi, ' '],
  [/(?:mailto:)?[\w.+%=-]+@[\w-]+(?:\.[\w-]+)+/gi, '<email>'],
  [/<\s*<email>\s*>/g, '<email>'],
  // What feeds turned into mail begin with, and headers of quoted mails.
  [/(^|— )\s*URL: \S+ Date: (?:Not supplied|\S+)/g, '$1'],
  [/\b(?:Message-ID|In-Reply-To|References|X-[\w-]+|List-[\w-]+): ?<?\S+>?/gi, ' '],
  [/(?:> ?)*\bOn Behalf Of\b/g, ' '],
  [/\b(?:From|To|Cc|Reply-To|Sender): (?:"[^"]{1,40}"|[\w.,' -]{0,40}?) ?<email>/g, ' '],
  [/\bSent: (?:\w+day, )?\w+ \d{1,2},? \d{4},? \d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?/g, ' '],
  // Who is quoted: "On Tue, 6 Aug 2002 10:12:00 +0100, Jane Doe wrote:".
  [/\bOn (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? [^:]{0,30}(?::\d\d)*[^:]{0,60} wrote:/g, 'wrote:'],
  // Footers of mailing lists and of their hosts.
  [/[-_]{8,} This sf\.net email is sponsored by:? ?.*?(?=_{8,}|$)/gi, ' '],
  [/_{8,} \S+(?: \S+)? mailing list .*?(?=https?:|$)(?:https?:\/\/\S+)?/gi, ' '],
  [/(?:-- )?Irish Linux Users' Group:? <email>.*?(?:<email>|$)/gi, ' '],
  [/(?:-- )?Irish Linux Users' Group Social Events:? <email>.*?(?:<email>|$)/gi, ' '],
  [/-{2,} ?(?:Yahoo! Groups Sponsor).*?(?=To unsubscribe|$)/gi, ' '],
  [/To unsubscribe from this group, send an email to: <email>.*?(?:docs\.yahoo\.com\/info\/terms\/?|$)/gi, ' '],
  [/https?:\/\/\S*(?:listinfo|mailman|listman|lists\.|xent\.com)\S*/gi, ' '],
]

function maskMail(text, tags) {
  let masked = text
  for (const tag of tags) masked = masked.replaceAll(tag, ' ')
  for (const [pattern, replacement] of MASKS) masked = masked.replace(pattern, replacement)
  return masked.replace(/\s+/g, ' ').trim()
}

/** Beginnings of the subjects of answers and of mails that are passed on. */
const ANSWER = /^(?:(?:re|fwd?|aw|sv|wg|antwort)(?:\[\d+\])?\s*:\s*)+/

/** The first mail of the same subject, of each mail; subjects of a word or none ("hello") make no thread. */
function threadsOf(rows) {
  const first = new Map()
  return rows.map(({ text }, i) => {
    const subject = (
      foldText(subjectOf(text))
        .replace(ANSWER, '')
        .match(/[\p{L}\p{N}]+/gu) ?? []
    ).join(' ')
    if (!subject.includes(' ') || subject === 'no subject') return i
    if (!first.has(subject)) first.set(subject, i)
    return first.get(subject)
  })
}

/** For every place of a text in a row, the first row that has a near twin of it at any place. */
function twinsOf(rows) {
  const finder = createTwinFinder()
  const textsOf = ({ text, options = [text] }) => options
  const owners = rows.flatMap((row, i) => textsOf(row).map(() => i))
  for (const row of rows) for (const text of textsOf(row)) finder.add(text)
  const { first } = finder.find()
  const places = textsOf(rows[0]).length
  return Array.from({ length: places }, (_, place) => rows.map((_row, i) => owners[first[i * places + place]]))
}

/** Rows in groups that hold whatever must stay together; a joined group is called after its first. */
function regroup(rows, ...ties) {
  const groups = joinGroups(
    rows.map((row) => row.group),
    [...twinsOf(rows), ...ties],
  )
  return wholeGroups(rows.map((row, i) => ({ ...row, group: groups[i] })))
}

/**
 * Rows with no group in train and test: a group goes where half of it or more was meant to be tested. Then rows that are
 * a group by themselves, in the order of the file, go over until the test rows are as many of each class as before.
 */
function wholeGroups(rows) {
  const groups = new Map()
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row])
  const isTest = (row) => row.split === 'test'
  if ([...groups.values()].every((group) => group.every(isTest) || !group.some(isTest))) return rows
  const made = rows.map((row) => {
    const group = groups.get(row.group)
    return { ...row, split: 2 * group.filter(isTest).length >= group.length ? 'test' : 'train' }
  })
  for (const label of new Set(rows.map((row) => row.label))) {
    const tested = (list) => list.filter((row) => row.label === label && isTest(row)).length
    let surplus = tested(made) - tested(rows)
    const from = surplus > 0 ? 'test' : 'train'
    for (const row of made) {
      if (surplus === 0) break
      if (row.label !== label || row.split !== from || groups.get(row.group).length > 1) continue
      row.split = from === 'test' ? 'train' : 'test'
      surplus += from === 'test' ? -1 : 1
    }
  }
  return made
}

const [folder, ...ids] = process.argv.slice(2)
if (!folder || ids.some((id) => !SOURCES[id])) {
  console.error(
    `usage: node scripts/make-tasks.mjs <folder with the source files> [${Object.keys(SOURCES).join(' | ')}]…`,
  )
  process.exit(2)
}
for (const [id, source] of Object.entries(SOURCES)) {
  if (ids.length > 0 && !ids.includes(id)) continue
  const lines = gunzipSync(readFileSync(join(folder, `${source}.jsonl.gz`)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  const rows = lines.map((line) => JSON.parse(line))
  const masked = id === 'spam' ? maskMails(rows) : rows
  const made = id === 'spam' ? regroup(masked, threadsOf(masked)) : regroup(masked)
  const bytes = compress(made.map((row) => JSON.stringify(row)).join('\n') + '\n')
  writeFileSync(at(`resources/tasks/${id}.jsonl.gz`), bytes)
  const test = made.filter((row) => row.split === 'test').length
  const groups = new Set(made.map((row) => row.group)).size
  console.log(
    `${id}: ${made.length} rows, ${test} test, ${groups} groups, ${bytes.length} bytes, sha256 ${sha256(bytes)}`,
  )
}
