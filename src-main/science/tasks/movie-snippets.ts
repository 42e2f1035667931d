import type { TaskVariant } from './task'

const LICENCE = 'MIT as part of vaderSentiment; the sentences remain with their authors'
const RATED = 'rated like the film reviews and by as many people'

export const movieSnippets: TaskVariant = {
  id: 'movie-snippets',
  title: 'Movie snippets',
  question: 'Does this sentence of a film review speak well of the film?',
  classes: ['negative', 'positive'],
  examples: 9_990,
  testExamples: 1_998,
  letters: 111,
  lengthAlone: 0.503,
  licence: LICENCE,
  sharable: false,
  source:
    'Sentences of film reviews, each rated from -4 to 4 by about 18 people (C. J. Hutto and E. Gilbert, ICWSM 2014); those whose mean is .5 or more from 0.',
  elsewhere: [
    {
      id: 'product-snippets',
      title: 'Product reviews',
      examples: 2_466,
      licence: LICENCE,
      sharable: false,
      source: `Sentences of customers’ reviews of five products, ${RATED}.`,
      sha256: 'bef8111a107a390bf9c7907462401970ea19ed41db17a0e87193757a8af5fe64',
    },
    {
      id: 'news-snippets',
      title: 'Newspaper opinion',
      examples: 2_350,
      licence: LICENCE,
      sharable: false,
      source: `Sentences of editorials and opinion articles of the New York Times, ${RATED}.`,
      sha256: 'a75b77482ca4e226e439e489971bcb4901af2ae053ff74c9b4472ab42d05349b',
    },
    {
      id: 'tweet-snippets',
      title: 'Tweets',
      examples: 2_114,
      licence: LICENCE,
      sharable: false,
      source: `Tweets and texts like tweets, ${RATED}.`,
      sha256: '50249636e7f8ce03c134a709dfcc2cac472ea30aa6a840512705bbc1b1b4fcfa',
    },
  ],
  sha256: '0e5030dcf5fa936f3f67895837411c72e681112858304de2b5e00ba26de5e601',
}
