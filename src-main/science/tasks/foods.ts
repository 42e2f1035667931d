import type { TaskVariant } from './task'

export const foods: TaskVariant = {
  id: 'foods',
  title: 'Food reviews',
  question: 'Does this customer praise the food?',
  classes: ['critical', 'praising'],
  examples: 3_466,
  testExamples: 674,
  licence: 'No licence is stated; the reviews remain with their authors. For research and teaching only',
  source:
    'Reviews of groceries by customers of an online shop (many name Amazon), labelled by their rating; kind and time match Amazon Fine Foods (J. McAuley and J. Leskovec, WWW 2013), which is not confirmed.',
  sha256: '9aa074695537b8bfc0cb1bd49bc54949594217a3a2584a20cb8f07920aae92a7',
}
