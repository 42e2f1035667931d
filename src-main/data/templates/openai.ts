import type { PythonRandom } from '../../science/maths/python-random'
import { bit, defineTemplate, fault, filled, text, whole, type Template } from './template'

/**
 * The five tasks of the code released with the paper (openai/weak-to-strong, `weak_to_strong/datasets.py`), formats,
 * labels and draws as there: of a question with several answers ONE row is made, a coin decides whether of the right one,
 * and every split draws from a `Random(0)` of its own. The first n rows are those of the code with n_docs = n and seed 0,
 * which it then shuffles. Ours: the names of the classes, and the groups. The code has none.
 */
const coin = (random: PythonRandom): boolean => random.random() < 0.5

const answerOf = (right: boolean, answer: string, others: readonly string[], random: PythonRandom): string =>
  right ? answer : random.choice(others)

const NONE = 'None of the above choices'

export const OPENAI: readonly Template[] = [
  defineTemplate({
    id: 'amazon_polarity',
    title: 'Amazon Polarity',
    question: 'Is the review positive?',
    hub: 'amazon_polarity',
    config: null,
    splits: { train: 'train', test: 'test' },
    classes: ['negative', 'positive'],
    suites: ['openai'],
    columns: { title: text, content: text, label: bit },
    rows: ({ title, content, label }) => [{ text: `${title} ${content}`, label, group: null }],
  }),
  defineTemplate({
    id: 'sciq',
    title: 'SciQ',
    question: 'Is the answer to the science question right?',
    hub: 'sciq',
    config: null,
    splits: { train: 'train', test: 'test' },
    classes: ['wrong', 'right'],
    suites: ['openai'],
    columns: { question: text, correct_answer: text, distractor1: text, distractor2: text, distractor3: text },
    rows({ question, correct_answer, distractor1, distractor2, distractor3 }, random) {
      const right = coin(random)
      const answer = answerOf(right, correct_answer, [distractor1, distractor2, distractor3], random)
      return [{ text: `Q: ${question} A: ${answer}`, label: right ? 1 : 0, group: question }]
    },
  }),
  defineTemplate({
    id: 'anthropic_hh',
    title: 'Anthropic HH',
    question: 'Is this the response that was preferred?',
    hub: 'Anthropic/hh-rlhf',
    config: null,
    splits: { train: 'train', test: 'test' },
    classes: ['rejected', 'chosen'],
    suites: ['openai'],
    columns: { chosen: text, rejected: text },
    rows({ chosen, rejected }, random) {
      const right = coin(random)
      // What comes before the last answer is what both are answers to.
      const group = chosen.slice(0, Math.max(0, chosen.lastIndexOf('\n\nAssistant:'))) || null
      return [{ text: right ? chosen : rejected, label: right ? 1 : 0, group }]
    },
  }),
  defineTemplate({
    id: 'cosmos_qa',
    title: 'Cosmos QA',
    question: 'Is the answer to the question about the context right?',
    hub: 'cosmos_qa',
    config: null,
    splits: { train: 'train', test: 'validation' },
    classes: ['wrong', 'right'],
    suites: ['openai'],
    columns: {
      ...{ context: text, question: text, label: whole },
      ...{ answer0: text, answer1: text, answer2: text, answer3: text },
    },
    rows({ context, question, label, answer0, answer1, answer2, answer3 }, random) {
      const answers = [answer0, answer1, answer2, answer3]
      const truth = answers[label]
      if (truth === undefined) throw fault('0 to 3 in column "label"', `${label}`)
      // Such an answer is right only beside the others, which the text does not show: the row gets another one.
      const right = !truth.includes(`${NONE} .`) && coin(random)
      const others = answers.filter((one) => one !== truth)
      if (!right && others.length === 0) throw fault('an answer that is another one than the right one', 'none')
      const answer = answerOf(right, truth, others, random)
      const format = 'Context: {context}\nQuestion: {question}\nAnswer: {answer}'
      return [{ text: filled(format, { context, question, answer }), label: right ? 1 : 0, group: context }]
    },
  }),
  defineTemplate({
    id: 'boolq',
    title: 'BoolQ',
    question: 'Is the answer to the question about the passage yes?',
    hub: 'boolq',
    config: null,
    splits: { train: 'train', test: 'validation' },
    classes: ['no', 'yes'],
    // Its examples have a label of their own, so the paper's task and that of the code are one.
    suites: ['paper', 'openai'],
    columns: { passage: text, question: text, answer: bit },
    rows: ({ passage, question, answer }) => [
      { text: `Passage: ${passage}\nQuestion: ${question}`, label: answer, group: passage },
    ],
  }),
]
