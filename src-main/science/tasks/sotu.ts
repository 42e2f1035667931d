import type { TaskVariant } from './task'

export const sotu: TaskVariant = {
  id: 'sotu',
  title: 'State of the Union: which century',
  question: 'Was this passage of a State of the Union address given before or after 1913?',
  classes: ['1790 to 1912', '1913 to 2021'],
  examples: 15_000,
  testExamples: 3_000,
  letters: 508,
  lengthAlone: 0.756,
  licence: 'Public domain: works of the United States government',
  sharable: true,
  source: 'Annual messages and addresses of the presidents to Congress, 1790 to 2021; grouped by address.',
  sha256: '5779697adc9788f4c77b1d8efde04dc09c4e10b5e57a5c922125e2f5d331eed3',
}
