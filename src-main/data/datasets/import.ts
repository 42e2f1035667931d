import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import type { ImportRequest, TaskInfo } from './types'
import { problemsOf, type Problem } from '../../science/problems'
import { SPLITS } from '../../science/stages'
import { MIN_PER_CLASS } from '../../science/tasks/split'
import { syncFolder } from '../durable'
import { checkColumns } from './columns'
import { LIMITS } from './limits'
import { DatasetError } from './problem'
import { readEntries } from './records'
import { createRowReader } from './rows'

const line = z.string().trim().min(1).max(500)
const requestSchema = z
  .strictObject({
    path: z.string().min(1),
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, {
      error: 'expected lower-case letters, digits and hyphens, at most 60, a letter or digit first',
    }),
    title: line.max(120),
    question: z.string().max(500),
    licence: z.string().max(500),
    text: line,
    label: line,
    split: z.string(),
    group: z.string(),
    classes: z
      .array(line)
      .refine((names) => names.length === 2, { error: 'expected exactly two classes for now' })
      .refine((names) => new Set(names).size === names.length, { error: 'expected two different classes' }),
  })
  .refine((r) => r.text !== r.label, { path: ['label'], error: 'expected another column than that of the text' })

/** Characters that are handed to the compressor at once: line by line it takes four times as long. */
const CHUNK = 32_768
/** Problems of one import that are told; the rest is counted. */
const SHOWN = 50

/**
 * Writes `<folder>/<id>.jsonl.gz` and, last, `<id>.json`, without which the rows count as nothing. All or nothing: one
 * bad line, a full disk or a crash leaves no dataset.
 * @throws DatasetError with every bad line (50 told), or what is wrong with the request
 */
export async function importDataset(request: ImportRequest, folder: string): Promise<TaskInfo> {
  const parsed = requestSchema.safeParse(request)
  if (!parsed.success) throw new DatasetError(problemsOf(parsed.error, request, requestSchema))
  const { id, title, question, licence, classes, path } = parsed.data
  if (existsSync(join(folder, `${id}.json`)))
    throw new DatasetError([{ path: 'id', expected: 'an id that is not taken', got: `"${id}"` }])
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${id}-${process.pid}.tmp`)
  try {
    const examples = await writeRows(parsed.data, temporary)
    const hash = createHash('sha256')
    await pipeline(createReadStream(temporary), hash)
    const info: TaskInfo = {
      id,
      title,
      question,
      classes,
      examples,
      lengthAlone: null,
      licence: licence || 'not stated',
      source: `imported from ${basename(path)}`,
      origin: 'imported',
      sha256: hash.digest('hex'),
    }
    await rename(temporary, join(folder, `${id}.jsonl.gz`))
    await writeFile(temporary, `${JSON.stringify(info, null, 2)}\n`, { flush: true })
    await rename(temporary, join(folder, `${id}.json`))
    await syncFolder(folder)
    return info
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Streams the rows into a gzip file and returns their number. */
async function writeRows(request: ImportRequest, file: string): Promise<number> {
  const reader = createRowReader(request, request.classes)
  const problems: Problem[] = []
  const counts = request.classes.map(() => 0)
  const columns = new Set<string>()
  let bad = 0
  let rows = 0
  let text = ''

  async function* texts(): AsyncGenerator<string> {
    for await (const entry of readEntries(request.path)) {
      if ('values' in entry) for (const column of entry.values.keys()) columns.add(column)
      const read = reader.read(entry)
      if (++rows > LIMITS.rows)
        throw new DatasetError([{ path: `line ${read.line}`, expected: `at most ${LIMITS.rows} rows`, got: 'more' }])
      if ('row' in read) {
        counts[read.row.label]! += 1
        if (bad === 0) text += `${JSON.stringify(read.row)}\n`
        if (text.length > CHUNK) {
          yield text
          text = ''
        }
      } else if (++bad <= SHOWN) {
        problems.push({ path: `line ${read.line}`, expected: read.expected, got: read.got })
      }
    }
    yield text
    checkColumns(columnsIn(request), [...columns])
    if (bad > SHOWN) problems.push({ path: 'path', expected: 'no bad line', got: `${bad}, of which ${SHOWN} are told` })
    if (bad > 0) throw new DatasetError(problems)
    checkCounts(request.classes, counts)
  }
  await pipeline(Readable.from(texts()), createGzip(), createWriteStream(file, { flush: true }))
  return rows
}

const columnsIn = ({ text, label, split, group }: ImportRequest) => ({ text, label, split, group })

function checkCounts(classes: string[], counts: number[]): void {
  const least = SPLITS.length * MIN_PER_CLASS
  const problems = classes.flatMap((name, i) =>
    counts[i]! < least
      ? [
          {
            path: `classes[${i}]`,
            expected: `at least ${least} examples of ${JSON.stringify(name)}`,
            got: `${counts[i]}`,
          },
        ]
      : [],
  )
  if (problems.length > 0) throw new DatasetError(problems)
}
