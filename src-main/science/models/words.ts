import type { ParamTable, Values } from '../spec/params'
import type { WordsModel } from './model'

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
export const words: WordsModel = {
  id: 'words',
  title: 'Words',
  help: 'A linear model on the presence of the most frequent words. Nothing is pretrained.',
  params: PARAMS,
  optimiser: () => ({ epochs: 10, lr: 0.01 }),
  start: 'words',
  words: (params) => (params as Values<typeof PARAMS>).words,
  net: (_params, { width, classes }) => ({ kind: 'mlp', input: width, hidden: [], classes }),
}
