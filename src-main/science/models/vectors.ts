import type { ParamTable } from '../spec/params'
import { defineModel } from './model'

const PARAMS = {
  hidden: {
    type: 'integer',
    default: 32,
    min: 0,
    max: 4096,
    label: 'Hidden units',
    inTitle: true,
    help: 'Width of the hidden layer over the mean word vector; 0 makes the head linear.',
  },
  tuneEmbeddings: {
    type: 'boolean',
    default: false,
    label: 'Tune the vectors',
    help: 'Whether the word vectors are trained too, or stay as pretraining left them.',
  },
} as const satisfies ParamTable

/** Mean of pretrained word vectors under a small MLP: a student that knows words which its supervisor never saw. */
export const vectors = defineModel(PARAMS, {
  id: 'vectors',
  title: 'Word vectors',
  help: 'The mean of pretrained word vectors, then one hidden layer. Knows more of the language than its labels tell.',
  optimiser: () => ({ epochs: 10, lr: 0.003 }),
  start: 'vectors',
  net: ({ hidden, tuneEmbeddings }, { width, vocabulary, classes }) => ({
    kind: 'bag',
    vocabulary,
    width,
    hidden: hidden > 0 ? [hidden] : [],
    classes,
    tuneEmbeddings,
  }),
})
