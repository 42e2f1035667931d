import type { TaskVariant } from './task'

export const foods: TaskVariant = {
  id: 'foods',
  title: 'Food reviews',
  question: 'Did this customer give the food all five stars?',
  classes: ['fewer stars', 'five stars'],
  examples: 3_466,
  testExamples: 674,
  letters: 387,
  lengthAlone: 0.536,
  licence: 'No licence is stated; the reviews remain with their authors. For research and teaching only',
  sharable: false,
  source:
    'Reviews of groceries by customers of Amazon; number and labels match the sample of Amazon Fine Foods (J. McAuley and J. Leskovec, WWW 2013) in the R package modeldata, which is likely, not confirmed.',
  sha256: 'fb81c3c28085684ed838bb6cc0581b9d919d475e56ab61ddc74d96b07b134860',
}
