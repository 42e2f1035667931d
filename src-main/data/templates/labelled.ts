import type { z } from 'zod'
import { bit, defineTemplate, filled, text, whole, type Template } from './template'

/**
 * Tasks whose examples have a label of their own: one example, one row. The paper (arXiv 2312.09390, table 1) names the
 * tasks and prints no formats; these are those of EleutherAI/w2s (`w2s/ds_registry.py`), which has all 22, and so are
 * the splits. Ours: the names of the classes, and the groups (what examples of one source have in common).
 */
interface Labelled {
  id: string
  title: string
  question: string
  hub: string
  config?: string
  splits?: { train: string; test: string }
  classes: readonly [string, string]
  /** Beside `label`. */
  columns: readonly string[]
  format: string
  group?: (fields: Readonly<Record<string, unknown>>) => string
  /** The label as the set has it, and which of its values is class 1. */
  label?: { is: z.ZodType<number>; one: number }
}

const USUAL = { train: 'train', test: 'test' }
/** For sets that keep the labels of their tests to themselves. */
const VALIDATION = { train: 'train', test: 'validation' }
const column = (name: string) => (fields: Readonly<Record<string, unknown>>) => String(fields[name])

const TABLE: Labelled[] = [
  {
    id: 'anli-r2',
    title: 'ANLI, round 2',
    question: 'Does the premise entail the hypothesis?',
    hub: 'facebook/anli',
    splits: { train: 'train_r2', test: 'test_r2' },
    classes: ['not entailed', 'entailed'],
    columns: ['premise', 'hypothesis'],
    format: 'Premise: {premise}\nHypothesis: {hypothesis}\n\nDoes the premise entail the hypothesis?',
    group: column('premise'),
    // Of entailment, neutral and contradiction the latter two are one class.
    label: { is: whole.refine((n) => n >= 0 && n <= 2, { error: 'expected 0, 1 or 2' }), one: 0 },
  },
  {
    id: 'cola',
    title: 'GLUE CoLA',
    question: 'Is the sentence acceptable English?',
    hub: 'nyu-mll/glue',
    config: 'cola',
    splits: VALIDATION,
    classes: ['unacceptable', 'acceptable'],
    columns: ['sentence'],
    format: '{sentence}',
  },
  {
    id: 'sst2',
    title: 'GLUE SST-2',
    question: 'Is the sentence about a film positive?',
    hub: 'stanfordnlp/sst2',
    splits: VALIDATION,
    classes: ['negative', 'positive'],
    columns: ['sentence'],
    format: '{sentence}',
  },
  {
    id: 'twitter-sentiment',
    title: 'Twitter Sentiment',
    question: 'What is the sentiment of the message?',
    hub: 'EleutherAI/twitter-sentiment',
    // What the two numbers stand for the registry does not say.
    classes: ['0', '1'],
    columns: ['text'],
    format: '{text}',
  },
  {
    id: 'paws',
    title: 'PAWS',
    question: 'Do the two sentences say the same?',
    hub: 'paws',
    config: 'labeled_final',
    classes: ['different', 'same'],
    columns: ['sentence1', 'sentence2'],
    format: 'Sent 1: {sentence1}\nSent 2: {sentence2}\n\nQ: Are these sentences semantically equivalent?',
    group: column('sentence1'),
  },
  {
    id: 'wic',
    title: 'SuperGLUE WiC',
    question: 'Has the word the same meaning in both sentences?',
    hub: 'super_glue',
    config: 'wic',
    splits: VALIDATION,
    classes: ['different', 'same'],
    columns: ['word', 'sentence1', 'sentence2'],
    format:
      'Sentence 1:\n{sentence1}\n\nSentence 2:\n{sentence2}\n\nQ: Does "{word}" have the same meaning in the above sentences?',
    group: column('word'),
  },
  {
    id: 'multirc',
    title: 'SuperGLUE MultiRC',
    question: 'Is the answer to the question about the passage right?',
    hub: 'super_glue',
    config: 'multirc',
    splits: VALIDATION,
    classes: ['wrong', 'right'],
    columns: ['paragraph', 'question', 'answer'],
    format: 'Passage:\n\n{paragraph}\n\nQ: "{question}" Is the answer "{answer}"?',
    group: column('paragraph'),
  },
  {
    id: 'mc_taco',
    title: 'MCTACO',
    question: 'Is the answer about time plausible?',
    hub: 'mc_taco',
    // Its test split is the larger one.
    splits: { train: 'test', test: 'validation' },
    classes: ['implausible', 'plausible'],
    columns: ['sentence', 'question', 'answer'],
    format: '{sentence}\n\nGiven the above, {question} Is the answer {answer}?',
    group: column('sentence'),
  },
  {
    id: 'ethics-deontology',
    title: 'ETHICS, deontology',
    question: 'Is the excuse morally valid?',
    hub: 'hendrycks/ethics',
    config: 'deontology',
    classes: ['invalid', 'valid'],
    columns: ['scenario', 'excuse'],
    format: 'Q: Is the following a morally valid excuse?\n\n{scenario}\n\n{excuse}\n\nA:',
    group: column('scenario'),
  },
  {
    id: 'ethics-justice',
    title: 'ETHICS, justice',
    question: 'Does the statement exemplify justice?',
    hub: 'hendrycks/ethics',
    config: 'justice',
    classes: ['unjust', 'just'],
    columns: ['scenario'],
    format: 'Q: Does this statement exemplify justice?\n\n{scenario}\n\nA:',
  },
  {
    id: 'ethics-virtue',
    title: 'ETHICS, virtue',
    question: 'Does the behaviour match the adjective that follows?',
    hub: 'hendrycks/ethics',
    config: 'virtue',
    classes: ['no match', 'match'],
    columns: ['scenario'],
    format: 'Q: Does this behavior match the adjective that follows?\n\n{scenario}\n\nA:',
    // One scenario stands with several adjectives, each after a mark.
    group: ({ scenario }) => String(scenario).split(' [SEP] ')[0]!,
  },
]

/** Templates of tasks whose examples have a label of their own. */
export const LABELLED: readonly Template[] = TABLE.map(({ format, group, label, columns, ...told }) =>
  defineTemplate({
    config: null,
    splits: USUAL,
    suites: ['paper'],
    ...told,
    columns: { ...Object.fromEntries(columns.map((name) => [name, text])), label: label?.is ?? bit },
    rows(fields: Record<string, unknown>) {
      const right = fields['label'] === (label?.one ?? 1)
      return [{ text: filled(format, fields), label: right ? 1 : 0, group: group?.(fields) ?? null }]
    },
  }),
)
