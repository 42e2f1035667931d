import type { TaskVariant } from './task'

export const brown: TaskVariant = {
  id: 'brown',
  title: 'Brown: fiction or exposition',
  question: 'Is this sentence from fiction, or from government papers and scholarly writing?',
  classes: ['exposition', 'fiction'],
  examples: 15_000,
  testExamples: 3_000,
  letters: 112,
  lengthAlone: 0.677,
  licence: 'Brown Corpus, as in NLTK data: may be used for non-commercial purposes',
  sharable: false,
  source:
    'Sentences of A Standard Corpus of Present-Day Edited American English (W. N. Francis and H. Kučera, Brown University 1964, revised 1971, 1979), categories H and J against K to P; grouped by source text.',
  sha256: 'ed11019b99cba04933b56f279e31384d1efbb84d9b8a092930517770ef3e5fee',
}
