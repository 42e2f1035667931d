import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { makeFolder } from '../folder'
import { numbered } from '../chess/numbered'
import { readPgn, type PgnGame } from '../chess/pgn'
import { played } from '../chess/play'
import { DatasetError, refusal } from '../datasets/problem'
import type { Watch } from '../datasets/source'
import { syncFolder } from '../durable'
import { problemsOf, show } from '../../science/spec/problems'
import { corpusFile, corpusSchema } from './manifest'
import type { Corpus, CorpusMade, CorpusRequest } from './types'

const requestSchema = z.strictObject({
  path: z.string().min(1),
  id: corpusSchema.shape.id,
  title: z.string().trim().min(1).max(120),
  licence: z.string().trim().min(1).max(500),
  elo: z.int().min(0).max(4000).nullable(),
})

/**
 * Writes `<folder>/<id>.jsonl.gz`, a game a line with every half-move numbered (arXiv 2312.09390, figure 14), and last
 * `<id>.json`, without which the games count as nothing. Games are played one at a time; none stays in memory.
 * @throws DatasetError with what is wrong with the request, or line and column of what is no game; AbortError
 */
export async function importGames(request: CorpusRequest, folder: string, watch: Watch = {}): Promise<CorpusMade> {
  const parsed = requestSchema.safeParse(request)
  if (!parsed.success) throw new DatasetError(problemsOf(parsed.error, request, requestSchema))
  const { id, title, licence, path, elo } = parsed.data
  if (existsSync(join(folder, `${id}.json`))) throw refusal('id', 'an id that is not taken', show(id))
  makeFolder(folder)
  const temporary = join(folder, `.${id}-${process.pid}.tmp`)
  const counts = { documents: 0, passed: 0 }
  try {
    const lines = Readable.from(documents(path, elo, counts, watch))
    await pipeline(lines, createGzip(), createWriteStream(temporary, { flush: true }))
    if (counts.documents === 0) throw refusal('path', 'a PGN file with games to learn from', `none of ${counts.passed}`)
    const rated = elo === null ? '' : `, both players rated ${elo} or more`
    const corpus: Corpus = {
      ...{ id, title, kind: 'games', licence, source: `imported from ${basename(path)}${rated}` },
      documents: counts.documents,
      ...(await measured(temporary)),
    }
    await rename(temporary, corpusFile(folder, id))
    await writeFile(temporary, `${JSON.stringify(corpus, null, 2)}\n`, { flush: true })
    await rename(temporary, join(folder, `${id}.json`))
    await syncFolder(folder)
    return { corpus, passed: counts.passed }
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The imported corpora of a folder, by id. A description without its file, or one that is none of ours, is no corpus. */
export async function listCorpora(folder: string): Promise<Corpus[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort()
  const found = await Promise.all(names.map((name) => described(folder, name)))
  return found.filter((corpus) => corpus !== null)
}

/** Takes the description away first: without it the games are nothing that could be half a corpus. */
export async function removeCorpus(folder: string, id: string): Promise<void> {
  await rm(join(folder, `${id}.json`), { force: true })
  await rm(corpusFile(folder, id), { force: true })
}

async function described(folder: string, name: string): Promise<Corpus | null> {
  try {
    const corpus = corpusSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))
    return `${corpus.id}.json` === name && existsSync(corpusFile(folder, corpus.id)) ? corpus : null
  } catch {
    return null
  }
}

async function* documents(
  path: string,
  elo: number | null,
  counts: { documents: number; passed: number },
  watch: Watch,
): AsyncGenerator<string> {
  for await (const game of readPgn(path, 'path', watch)) {
    watch.signal?.throwIfAborted()
    if (!isWanted(game, elo)) {
      counts.passed++
      continue
    }
    counts.documents++
    yield `${JSON.stringify({ text: numbered(played(game, 'path').san) })}\n`
  }
}

function isWanted({ tags, moves }: PgnGame, elo: number | null): boolean {
  if (moves.length === 0 || tags.has('FEN')) return false
  return elo === null || ['WhiteElo', 'BlackElo'].every((side) => Number(tags.get(side) ?? NaN) >= elo)
}

async function measured(file: string): Promise<Pick<Corpus, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256')
  const stream = createReadStream(file)
  await pipeline(stream, hash)
  return { bytes: stream.bytesRead, sha256: hash.digest('hex') }
}
