import type { TaskVariant } from './task'

export const movieSnippets: TaskVariant = {
  id: 'movie-snippets',
  title: 'Movie snippets',
  question: 'Does this sentence of a film review speak well of the film?',
  classes: ['negative', 'positive'],
  examples: 9_990,
  testExamples: 1_998,
  lengthAlone: 0.503,
  licence: 'MIT as part of vaderSentiment; the sentences remain with their authors',
  sharable: false,
  source:
    'Sentences of film reviews, each rated from -4 to 4 by about 18 people (C. J. Hutto and E. Gilbert, ICWSM 2014); those whose mean is .5 or more from 0.',
  sha256: '0e5030dcf5fa936f3f67895837411c72e681112858304de2b5e00ba26de5e601',
}
