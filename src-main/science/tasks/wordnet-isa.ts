import type { TaskVariant } from './task'

export const wordnetIsa: TaskVariant = {
  id: 'wordnet-isa',
  title: 'WordNet: is a kind of',
  question: 'Is it true that the first thing is a kind of the second?',
  classes: ['false', 'true'],
  examples: 15_000,
  testExamples: 3_000,
  letters: 34,
  lengthAlone: 0.502,
  licence: 'WordNet licence, Copyright 2006 by Princeton University',
  sharable: true,
  source:
    'Nouns of WordNet with one of their hypernyms, or with one of another noun (G. A. Miller, C. Fellbaum and others).',
  sha256: '7a3c80bd23ffd7070a172747d047b5625beb38ec319136590192f95f3a74447c',
}
