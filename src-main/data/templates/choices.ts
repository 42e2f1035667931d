import type { PythonRandom } from '../../science/maths/python-random'
import {
  defineTemplate,
  fault,
  filled,
  lettered,
  text,
  texts,
  whole,
  type Template,
  type TemplateRow,
} from './template'

/**
 * Questions with several answers, as the paper has them (arXiv 2312.09390, 4.1 and A): a row is a question with one
 * answer, its label says whether that is right, and every question has as many right as wrong ones, here one of each. The
 * formats are those of EleutherAI/w2s (`w2s/ds_registry.py`), and so are the splits; with OpenBookQA's right answer by
 * its text, where that code has its letter, by which it can be told. Ours: which wrong answer is taken (drawn from
 * `Random(0)`, one for each split), that one with the text of the right one is none, and the groups.
 */
interface Question {
  /** What the format names beside `answer`. */
  fields: Record<string, string>
  answers: readonly string[]
  /** Index of the right one. */
  right: number
  group: string
}

/** Two rows, right first; none where all answers have the text of the right one. */
function pairOf(format: string, { fields, answers, right, group }: Question, random: PythonRandom): TemplateRow[] {
  const answer = answers[right]
  if (answer === undefined) throw fault(`an answer of ${answers.length} that is right`, `number ${right + 1}`)
  const wrong = answers.filter((one) => one !== answer)
  if (wrong.length === 0) return []
  const rowOf = (answer: string, label: 0 | 1) => ({ text: filled(format, { ...fields, answer }), label, group })
  return [rowOf(answer, 1), rowOf(random.choice(wrong), 0)]
}

const common = { config: null, classes: ['wrong', 'right'], suites: ['paper'] } as const
const USUAL = { train: 'train', test: 'test' }
/** For sets that keep the labels of their tests to themselves. */
const VALIDATION = { train: 'train', test: 'validation' }

const DREAM = '{dialogue}\n\nQ: {question} A: {answer}'
const HELLASWAG = 'Context:\n{ctx}\n\nContinuations:\n\n{endings}\n\nQ: Is "{answer}" the best continuation?'
const OPENBOOKQA = 'Q: {question_stem}\n\nChoices:\n{choices}\n\nAnswer: {answer}'
const QUAIL = 'Passage:\n\n{context}\n\nQ: "{question}" Is the answer "{answer}"?'
const QUARTZ = 'Passage:\n{para}\n\nQ: "{question}" Is the answer "{answer}"?'
const SOCIAL =
  'Context:\n{context}\n\nQuestion: "{question}"\n\nChoices:\n{answerA}\n{answerB}\n{answerC}\n\nIs the answer "{answer}"?'
const COSMOS = 'Context: {context}\nQuestion: {question}\nAnswer: {answer}'
const SHORT = 'Q: {question} A: {answer}'

export const CHOICES: readonly Template[] = [
  defineTemplate({
    ...{ ...common, id: 'dream', title: 'DREAM', hub: 'dream', splits: USUAL },
    question: 'Is the answer to the question about the dialogue right?',
    columns: { dialogue: texts.min(1), question: text, choice: texts, answer: text },
    rows({ dialogue: turns, question, choice, answer }, random) {
      const dialogue = turns.join('\n')
      const fields = { dialogue, question }
      return pairOf(DREAM, { fields, answers: choice, right: choice.indexOf(answer), group: dialogue }, random)
    },
  }),
  defineTemplate({
    ...{ ...common, id: 'ethics-utilitarianism', title: 'ETHICS, utilitarianism', hub: 'hendrycks/ethics' },
    ...{ config: 'utilitarianism', splits: USUAL },
    question: 'Is this the more pleasant of the two?',
    columns: { baseline: text, less_pleasant: text },
    rows({ baseline, less_pleasant }, random) {
      const pair = random.shuffled([baseline, less_pleasant])
      const [first, second] = pair
      const right = pair.indexOf(baseline)
      const rowOf = (answer: number, label: 0 | 1) => {
        const fields = { first, second, answer: answer + 1 }
        return {
          text: filled('Which is more pleasant?\n1) {first}\n2) {second} A: {answer}', fields),
          label,
          group: baseline,
        }
      }
      return baseline === less_pleasant ? [] : [rowOf(right, 1), rowOf(1 - right, 0)]
    },
  }),
  defineTemplate({
    ...{ ...common, id: 'hellaswag', title: 'HellaSwag', hub: 'Rowan/hellaswag', splits: VALIDATION },
    question: 'Is this the best continuation?',
    columns: { ctx: text, endings: texts, label: whole },
    rows: ({ ctx, endings, label }, random) =>
      pairOf(
        HELLASWAG,
        { fields: { ctx, endings: endings.join('\n') }, answers: endings, right: label, group: ctx },
        random,
      ),
  }),
  defineTemplate({
    ...{ ...common, id: 'openbookqa', title: 'OpenBookQA', hub: 'allenai/openbookqa', config: 'main', splits: USUAL },
    question: 'Is the answer right?',
    columns: { question_stem: text, choices: lettered, answerKey: text },
    rows({ question_stem, choices: { text: answers, label: letters }, answerKey }, random) {
      const choices = answers.map((answer, i) => `${letters[i]}) ${answer}`).join('\n')
      const fields = { question_stem, choices }
      return pairOf(OPENBOOKQA, { fields, answers, right: letters.indexOf(answerKey), group: question_stem }, random)
    },
  }),
  defineTemplate({
    ...{ ...common, id: 'piqa', title: 'PIQA', hub: 'piqa', splits: VALIDATION },
    question: 'Is this the way to do it?',
    columns: { goal: text, sol1: text, sol2: text, label: whole },
    rows: ({ goal, sol1, sol2, label }, random) =>
      pairOf(SHORT, { fields: { question: goal }, answers: [sol1, sol2], right: label, group: goal }, random),
  }),
  defineTemplate({
    ...{ ...common, id: 'quail', title: 'QuAIL', hub: 'quail', splits: VALIDATION },
    question: 'Is the answer to the question about the passage right?',
    columns: { context: text, question: text, answers: texts, correct_answer_id: whole },
    rows: ({ context, question, answers, correct_answer_id: right }, random) =>
      pairOf(QUAIL, { fields: { context, question }, answers, right, group: context }, random),
  }),
  defineTemplate({
    ...{ ...common, id: 'quartz', title: 'QuaRTz', hub: 'allenai/quartz', splits: USUAL },
    question: 'Is the answer to the question about the passage right?',
    columns: { para: text, question: text, choices: lettered, answerKey: text },
    rows: ({ para, question, choices: { text: answers, label: letters }, answerKey }, random) =>
      pairOf(QUARTZ, { fields: { para, question }, answers, right: letters.indexOf(answerKey), group: para }, random),
  }),
  defineTemplate({
    ...{ ...common, id: 'social_i_qa', title: 'Social IQa', hub: 'social_i_qa', splits: VALIDATION },
    question: 'Is the answer about the people right?',
    columns: { context: text, question: text, answerA: text, answerB: text, answerC: text, label: whole },
    rows({ context, question, answerA, answerB, answerC, label }, random) {
      const fields = { context, question, answerA, answerB, answerC }
      // Its labels count from 1.
      return pairOf(SOCIAL, { fields, answers: [answerA, answerB, answerC], right: label - 1, group: context }, random)
    },
  }),
  defineTemplate({
    ...{ ...common, id: 'sciq-pairs', title: 'SciQ, both answers', hub: 'sciq', splits: USUAL },
    question: 'Is the answer to the science question right?',
    columns: { question: text, correct_answer: text, distractor1: text, distractor2: text, distractor3: text },
    rows({ question, correct_answer, distractor1, distractor2, distractor3 }, random) {
      const answers = [correct_answer, distractor1, distractor2, distractor3]
      return pairOf(SHORT, { fields: { question }, answers, right: 0, group: question }, random)
    },
  }),
  defineTemplate({
    ...{ ...common, id: 'cosmos_qa-pairs', title: 'Cosmos QA, both answers', hub: 'cosmos_qa', splits: VALIDATION },
    question: 'Is the answer to the question about the context right?',
    columns: {
      ...{ context: text, question: text, label: whole },
      ...{ answer0: text, answer1: text, answer2: text, answer3: text },
    },
    rows({ context, question, label, answer0, answer1, answer2, answer3 }, random) {
      const answers = [answer0, answer1, answer2, answer3]
      return pairOf(COSMOS, { fields: { context, question }, answers, right: label, group: context }, random)
    },
  }),
]
