import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { makeFolder } from '../folder'
import { problemsOf, show, type Problem } from '../../science/spec/problems'
import { syncFolder } from '../durable'
import { LEAST_ROWS, MOST_CLASSES } from './classes'
import type { TaskRow } from '../../science/tasks'
import { checkColumns } from './columns'
import type { Surveyed } from './counting'
import { LIMITS } from './limits'
import { DatasetError, refusal, type Entry, type Kept } from './problem'
import { placeOf } from './place'
import { filesOf, openRecords } from './records'
import { readRow, type Row } from './rows'
import type { Watch } from './source'
import { surveyDataset, type Survey } from './survey'
import { trySplit } from './trial'
import {
  ENCODINGS,
  RIGHTS,
  type DatasetQuery,
  type ImportRequest,
  type Provenance,
  type Reading,
  type TaskInfo,
} from './types'
import { labelOf } from './values'

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
    form: z.enum(['classes', 'options', 'text']).default('classes'),
    text: line.nullable(),
    label: line.nullable(),
    options: z.array(line).max(LIMITS.columns).default([]),
    right: z.enum(RIGHTS).optional(),
    target: line.nullish(),
    split: line.nullable(),
    group: line.nullable(),
    encoding: z.enum(ENCODINGS).optional(),
    header: z.boolean().optional(),
    quotes: z.boolean().optional(),
    twins: z.boolean().optional(),
    template: z.string().max(100).optional(),
    games: z.string().min(1).optional(),
    first: z.int().min(1).optional(),
    classes: z
      .array(line.transform(labelOf))
      .refine((names) => new Set(names).size === names.length, { error: 'expected different classes' }),
  })
  .superRefine(({ form, text, label, options, right, target, classes }, context) => {
    const lacks = (path: string, expected: string) =>
      context.addIssue({ code: 'custom', path: [path], message: `expected ${expected}` })
    if (text === null && form !== 'options') lacks('text', 'a column')
    if (form === 'classes') {
      if (label === null) lacks('label', 'a column')
      else if (label === text) lacks('label', 'another column than that of the text')
      if (classes.length < 2 || classes.length > MOST_CLASSES) lacks('classes', `2 to ${MOST_CLASSES} classes`)
    }
    if (form === 'options' && options.length === 0) lacks('options', 'the column of the options, or one of each')
    if (form === 'options' && right === undefined)
      lacks('right', `how a row says which option is right: ${RIGHTS.join(', ')}`)
    if (form === 'options' && label === null && right !== 'first')
      lacks('label', 'the column that says which option is right')
    if (form === 'text' && target == null) lacks('target', 'the column of what follows the text')
  })
type Wanted = z.output<typeof requestSchema>

/** Characters that are handed to the compressor at once: line by line it takes four times as long. */
const CHUNK = 32_768

/**
 * Writes `<folder>/<id>.jsonl.gz` and, last, `<id>.json`, without which the rows count as nothing. All or nothing: one
 * bad line, a full disk, a stop or a crash leaves no dataset. Rows that have to stay together get one group.
 * @param made of what it was made, where the file has rows of a task: what goes with their texts stays with them
 * @throws DatasetError with every bad line (50 told), or what is wrong with the request; AbortError
 */
export async function importDataset(
  request: ImportRequest,
  folder: string,
  watch: Watch = {},
  made: Pick<TaskInfo, 'source' | 'provenance'> | null = null,
): Promise<TaskInfo> {
  const parsed = requestSchema.safeParse(request)
  if (!parsed.success) throw new DatasetError(problemsOf(parsed.error, request, requestSchema))
  const { id, title, question, licence, path } = parsed.data
  if (existsSync(join(folder, `${id}.json`))) throw refusal('id', 'an id that is not taken', show(id))
  const files = await filesOf(path, readingOf(parsed.data))
  const before = await footprint(files)
  const survey = await surveyDataset(queryOf(parsed.data), watch)
  check(survey, parsed.data)
  makeFolder(folder)
  const temporary = join(folder, `.${id}-${process.pid}.tmp`)
  try {
    await pipeline(
      Readable.from(writtenRows(parsed.data, survey, watch, made !== null)),
      createGzip(),
      createWriteStream(temporary, { flush: true }),
    )
    if ((await footprint(files)) !== before)
      throw refusal('path', 'a file that stays as it is while it is read', `${basename(path)}, which was changed`)
    const sha256 = await sha256Of(temporary)
    const info: TaskInfo = {
      id,
      title,
      question,
      form: survey.form.kind,
      classes: survey.classes,
      examples: survey.examples,
      rows: survey.counts,
      lengthAlone: survey.lengthAlone,
      licence: licence || 'not stated',
      ...(made ?? { source: sourceOf(parsed.data), provenance: await provenanceOf(parsed.data, files) }),
      origin: 'imported',
      sha256,
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

/** What a survey is asked, by the form: what goes with another one is nothing to it. */
const queryOf = (wanted: Wanted): DatasetQuery => {
  const { path, form, text, label, split, group, encoding, header, quotes, twins, template, games, first } = wanted
  const { classes, options, right, target } = wanted
  const own = { classes: { classes }, options: { options, right }, text: { target } }[form]
  return { path, form, text, label, split, group, encoding, header, quotes, twins, template, games, first, ...own }
}

/** What tells that files were not changed; '' for one that is not there, which its reader says better. */
async function footprint(paths: readonly string[]): Promise<string> {
  const facts = await Promise.all(paths.map((path) => stat(path).catch(() => null)))
  return facts.map((of) => (of ? `${of.size} ${of.mtimeMs} ${of.ino}` : '')).join('\n')
}

const readingOf = ({ encoding, header = true, quotes, template, games, first }: Wanted): Reading => ({
  ...{ encoding, header, quotes, template, games, first },
})

const sourceOf = ({ path, template }: Wanted) =>
  `imported from ${basename(path)}${template === undefined ? '' : ` by the template ${template}`}`

/** What the rows were made of, so that anyone who has the same files can make them again. */
async function provenanceOf({ path, template, first }: Wanted, files: readonly string[]): Promise<Provenance> {
  const told: Provenance['files'] = []
  for (const file of files) told.push({ name: nameIn(path, file), sha256: await sha256Of(file) })
  return { template: template ?? null, first: first ?? null, files: told }
}

/** A file's name in the folder that was named; what lies elsewhere goes by its own. */
function nameIn(path: string, file: string): string {
  const inside = relative(path, file).replaceAll('\\', '/')
  return inside === '' || inside.startsWith('../') ? basename(file) : inside
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** @throws DatasetError for what keeps a file from being taken, the causes of much before what follows from them */
function check(survey: Survey, wanted: Wanted): void {
  const { facts, doubt, bad, badLines, counts, form, rows } = survey
  if (facts.broken > 0)
    throw refusal(
      'encoding',
      'UTF-8 text',
      `${facts.broken} of ${facts.lines} lines that are not${facts.windows ? '; it looks like windows-1252' : ''}`,
    )
  if (doubt !== null) throw refusal('header', 'to be told whether the first line names the columns', doubt)
  checkColumns(wanted, survey.columns)
  if (badLines > 0) {
    const problems: Problem[] = bad.map(({ line, expected, got }) => ({ path: placeOf(line, facts), expected, got }))
    if (badLines > bad.length)
      problems.push({ path: 'path', expected: 'no bad line', got: `${badLines}, of which ${bad.length} are told` })
    throw new DatasetError(problems)
  }
  const scarce = (form.kind === 'classes' ? form.names : []).flatMap((name, i) => {
    const n = counts!.train[i]! + (counts!.test?.[i] ?? 0)
    return n < LEAST_ROWS
      ? [{ path: `classes[${i}]`, expected: `at least ${LEAST_ROWS} examples of ${show(name)}`, got: `${n}` }]
      : []
  })
  if (scarce.length > 0) throw new DatasetError(scarce)
  const trial = trySplit(rows, form)
  if (trial.fits === 'never') throw refusal('path', 'rows that a run can split', trial.why)
}

/** The rows as they are kept, in pieces. */
async function* writtenRows(
  wanted: Wanted,
  { chosen, rows }: Survey,
  watch: Watch,
  ofTask: boolean,
): AsyncGenerator<string> {
  let [at, kept, text] = [0, 0, '']
  for await (const batch of openRecords(wanted.path, readingOf(wanted), watch).batches) {
    for (const entry of batch) {
      const row = readRow(entry, chosen)
      const facts = rows[at++]
      if (!facts || 'expected' in row)
        throw refusal('path', 'a file that stays as it is while it is read', 'another one')
      text += `${JSON.stringify(taskRow(ofTask ? { ...row, kept: keptIn(entry) } : row, facts))}\n`
      if (text.length <= CHUNK) continue
      if ((kept += text.length) > LIMITS.kept)
        throw refusal('path', `at most ${LIMITS.kept} characters as they are kept`, 'more')
      yield text
      text = ''
    }
  }
  yield text
}

/** What a row of a task has beside its texts. */
function keptIn(entry: Entry): Kept {
  if ('expected' in entry) return {}
  const [fen, difficulty] = [entry.values.get('fen'), entry.values.get('difficulty')]
  return { ...(typeof difficulty === 'number' && { difficulty }), ...(typeof fen === 'string' && { fen }) }
}

/** A row as task files have it. */
function taskRow({ text, options, target, kept }: Row, { label, split, group }: Surveyed): TaskRow {
  const more = { ...(split && { split }), ...(group !== undefined && { group }) }
  if (target !== '') return { text, target, ...kept, ...more }
  return options.length > 0 ? { ...(text !== '' && { text }), options, label, ...more } : { text, label, ...more }
}
