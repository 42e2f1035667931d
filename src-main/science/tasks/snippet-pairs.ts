import type { TaskVariant } from './task'

export const snippetPairs: TaskVariant = {
  id: 'snippet-pairs',
  title: 'Pairs of movie snippets',
  question: 'Which of these two sentences of film reviews speaks better of its film?',
  form: { kind: 'options', count: 2 },
  examples: 5_301,
  testExamples: 1_061,
  letters: 112,
  lengthAlone: 0.508,
  licence: 'MIT as part of vaderSentiment; the sentences remain with their authors',
  sharable: false,
  source:
    'Sentences of film reviews, each rated from -4 to 4 by about 18 people (C. J. Hutto and E. Gilbert, ICWSM 2014), in pairs whose means are a point or more apart.',
  sha256: 'b00b2df279363a7138bd18925445f4a1ef0b6ec896a35e080c11f68e26c322c8',
}
