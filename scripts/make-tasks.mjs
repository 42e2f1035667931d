// Makes resources/tasks/*.jsonl.gz from a folder with the source files: node scripts/make-tasks.mjs <folder>
// A source is a .jsonl.gz of { text, label, split, group }. Prints the sha256 that src-main/science/tasks/<id>.ts states.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

const SOURCES = {
  brown: 'brown_fiction_vs_expository',
  foods: 'foods',
  sotu: 'sotu_era',
  spam: 'spam',
  'person-artifact': 'wordnet_person_vs_artifact',
  'wordnet-isa': 'wordnet_isa_true_false',
}

/** gzip without a time stamp and without the name of the system in its header. */
function compress(text) {
  const bytes = gzipSync(text, { level: 9, memLevel: 9 })
  bytes[9] = 255
  return bytes
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
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

const folder = process.argv[2]
if (!folder) {
  console.error('usage: node scripts/make-tasks.mjs <folder with the source files>')
  process.exit(2)
}
for (const [id, source] of Object.entries(SOURCES)) {
  const lines = gunzipSync(readFileSync(join(folder, `${source}.jsonl.gz`)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  const rows = lines.map((line) => JSON.parse(line))
  const made = id === 'spam' ? maskMails(rows) : rows
  const bytes = compress(made.map((row) => JSON.stringify(row)).join('\n') + '\n')
  writeFileSync(resolve(import.meta.dirname, `../resources/tasks/${id}.jsonl.gz`), bytes)
  const test = made.filter((row) => row.split === 'test').length
  console.log(`${id}: ${made.length} rows, ${test} test, ${bytes.length} bytes, sha256 ${sha256(bytes)}`)
}
