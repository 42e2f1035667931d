import { idFor, titleFor } from './naming'
import { noticesOf } from './notices'
import { placeOf } from './place'
import type { Watch } from './source'
import { templateOf } from './records'
import { surveyDataset, type Survey } from './survey'
import type { DatasetPreview, DatasetQuery, PreviewRow } from './types'

const SHOWN = { text: 500, label: 100, labels: 20 }

/**
 * Reads a file through without keeping it: its columns (guessed where the query does not say), first rows, labels, every
 * line that an import would refuse, and what is good to know of it.
 * @throws DatasetError for a file that cannot be read as a whole
 */
export async function previewDataset(query: DatasetQuery, watch: Watch = {}): Promise<DatasetPreview> {
  const survey = await surveyDataset(query, watch)
  const { facts, chosen, labels } = survey
  const template = templateOf(query)
  const id = idFor(template?.id ?? query.path)
  const short = (label: string) => label.slice(0, SHOWN.label)
  return {
    path: query.path,
    id,
    title: template?.title ?? titleFor(id),
    question: template?.question ?? (facts.puzzles ? 'Which move is the best after these?' : ''),
    format: facts.format,
    reading: { encoding: facts.encoding, header: query.header ?? true, quotes: facts.quotes },
    columns: survey.columns,
    ...chosen,
    rows: survey.first.map((row) => shownRow(row, short)),
    counts: labels.slice(0, SHOWN.labels).map(([label, n]) => ({ label: short(label), n })),
    values: labels.length,
    classes: survey.classes,
    examples: survey.examples,
    perClass: survey.counts,
    duplicates: survey.duplicates,
    contradictions: survey.contradictions,
    twins: survey.twins.rows,
    lengthAlone: survey.lengthAlone,
    notices: noticesOf(survey),
    errors: survey.bad.map(({ line, expected, got }) => ({
      line,
      message: `${facts.files.length > 1 ? `${placeOf(line, facts)}: ` : ''}expected ${expected}, got ${got}`,
    })),
    badLines: survey.badLines,
    lines: {
      all: facts.lines,
      blank: facts.blank,
      header: facts.headerLines,
      continued: facts.continued,
    },
  }
}

function shownRow(
  { text, label, target, options, right }: Survey['first'][number],
  short: (label: string) => string,
): PreviewRow {
  const cut = (long: string) => long.slice(0, SHOWN.text)
  if (target !== '') return { text: cut(text), label: cut(target) }
  const marked = options.length > 0 ? { options: options.map(cut), right } : {}
  return { text: cut(text), label: short(label), ...marked }
}
