import type { Decision } from '../answers'
import type { ClassRow, Example, PreparedTask } from './task'

/** What the examples of a task are, and so what a model has to say of one. */
export type Form =
  /** A text is of one of the classes. */
  | { kind: 'classes'; names: readonly string[] }
  /** One of so many texts is the right one, e.g. the better of two answers: every text gets one score. */
  | { kind: 'options'; count: number }
  /** A text is to be gone on with. */
  | { kind: 'text' }
/** A form whose answers are choices. */
export type ChoiceForm = Exclude<Form, { kind: 'text' }>

/** Classes without names, as many as the labels of rows are of, two at least. */
export function unnamedClasses(rows: readonly ClassRow[]): Extract<Form, { kind: 'classes' }> {
  const highest = rows.reduce((max, row) => Math.max(max, row.label), 1)
  return { kind: 'classes', names: Array.from({ length: highest + 1 }, (_, i) => `class ${i}`) }
}

/** How many there are to choose from. */
export const choicesIn = (form: ChoiceForm): number => (form.kind === 'classes' ? form.names.length : form.count)

/** @throws Error for texts, which are written, not chosen */
export function choiceForm(form: Form): ChoiceForm {
  if (form.kind === 'text') throw new Error('form: expected classes or options, got text: that takes a language head')
  return form
}

/** Outputs of a net for each text that it reads. @throws as `choiceForm` */
export function outputsOf(form: Form): number {
  const choice = choiceForm(form)
  return choice.kind === 'classes' ? choice.names.length : 1
}

/** What the choices are called, in their order. */
export function namesIn(form: Form): string[] {
  if (form.kind === 'classes') return [...form.names]
  return form.kind === 'options' ? Array.from({ length: form.count }, (_, i) => `option ${i + 1}`) : []
}

/** What stands between what options have in common and each of them. */
const BETWEEN = '\n\n'

/** The texts that a net reads of examples, one after another: of one with options as many as it has. */
export const textsOf = (examples: readonly Example[]): string[] =>
  examples.flatMap(({ text, options }) => options?.map((option) => (text ? text + BETWEEN + option : option)) ?? [text])

/** What is right to say of every example. */
export const truthOf = (examples: readonly Example[]): Decision[] => examples.map(({ label }) => label)

/** A prepared task as a `data` stage left it. Those made before tasks had forms are of classes, which they name. */
export function preparedOf(
  stored: PreparedTask | (Pick<PreparedTask, 'splits'> & { classes: string[] }),
): PreparedTask {
  return 'form' in stored ? stored : { form: { kind: 'classes', names: stored.classes }, splits: stored.splits }
}
