import { CHOICES } from './choices'
import { LABELLED } from './labelled'
import { OPENAI } from './openai'
import type { Template, TemplateInfo } from './template'

export type { Template, TemplateInfo, TemplateRow } from './template'

/** Every template, by its id. */
export const TEMPLATES: Readonly<Record<string, Template>> = Object.fromEntries(
  [...OPENAI, ...LABELLED, ...CHOICES].map((template) => [template.id, template]),
)

/** What is said of every template. */
export const templateInfos = (): TemplateInfo[] =>
  Object.values(TEMPLATES).map(({ id, title, question, hub, config, splits, classes, columns, suites }) => ({
    ...{ id, title, question, hub, config, splits, classes, columns, suites },
  }))

/** Columns that many files have say nothing. */
const LEAST_COLUMNS = 3

/** The templates that a file of such columns may be for. */
export function templatesFor(columns: readonly string[]): Template[] {
  return Object.values(TEMPLATES).filter(
    (template) =>
      template.columns.length >= LEAST_COLUMNS && template.columns.every((column) => columns.includes(column)),
  )
}
