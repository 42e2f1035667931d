import type { ParamTable } from '../spec/params'
import { defineModel } from './model'

const PARAMS = {
  words: {
    type: 'integer',
    default: 50,
    min: 1,
    max: 20_000,
    label: 'Words',
    inTitle: true,
    help: 'How many of the most frequent words of the weak half it sees. Fewer words make a weaker supervisor.',
  },
} as const satisfies ParamTable

/** Logistic regression on the presence of the most frequent words: a supervisor that knows only what it was taught. */
export const words = defineModel(PARAMS, {
  id: 'words',
  title: 'Words',
  help: 'A linear model on the presence of the most frequent words. Nothing is pretrained.',
  optimiser: () => ({ epochs: 10, lr: 0.01 }),
  start: 'words',
  words: ({ words }) => words,
  net: (_params, { width, classes }) => ({ kind: 'mlp', input: width, hidden: [], classes }),
})
