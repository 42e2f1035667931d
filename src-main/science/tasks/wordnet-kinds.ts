import type { TaskVariant } from './task'

export const wordnetKinds: TaskVariant = {
  id: 'wordnet-kinds',
  title: 'WordNet: four kinds of things',
  question: 'Does this dictionary definition describe an animal, a made thing, a person or a plant?',
  classes: ['animal', 'artifact', 'person', 'plant'],
  examples: 15_000,
  testExamples: 3_000,
  letters: 69,
  lengthAlone: 0.38,
  licence: 'WordNet licence, Copyright 2011 by Princeton University',
  sharable: true,
  source:
    'Definitions of WordNet 3.1’s noun files noun.animal, noun.artifact, noun.person and noun.plant (G. A. Miller, C. Fellbaum and others).',
  sha256: 'b4bb414c00de1cbcac0a14db7cb9c09b3aea02f634ceb09959dc55c79793764c',
}
