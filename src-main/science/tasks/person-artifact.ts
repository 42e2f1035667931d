import type { TaskVariant } from './task'

export const personArtifact: TaskVariant = {
  id: 'person-artifact',
  title: 'WordNet: person or artifact',
  question: 'Does this dictionary definition describe a person or a made thing?',
  classes: ['artifact', 'person'],
  examples: 17_500,
  testExamples: 3_500,
  letters: 67,
  lengthAlone: 0.531,
  licence: 'WordNet licence, Copyright 2006 by Princeton University',
  sharable: true,
  source: 'Glosses of the WordNet noun files noun.artifact and noun.person (G. A. Miller, C. Fellbaum and others).',
  sha256: '4d84b67fd349b198042e1dab2ac473912c65ea89b4724def34f752c3aafc30dc',
}
