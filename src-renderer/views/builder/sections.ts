/** The parts of the form, in the order of an experiment, with the places of the spec that each one edits. */
export interface Section {
  id: string
  title: string
  note: string
  /** None of what is checked beside its fields alone. */
  paths: readonly string[]
}
export const SECTIONS = [
  { id: 'question', title: 'Question', note: 'What the run is to find out.', paths: ['name', 'question', 'version'] },
  { id: 'tasks', title: 'Tasks', note: 'Every task is one more row of the result.', paths: ['tasks'] },
  {
    id: 'weak',
    title: 'Supervisor',
    note: 'The weak model: learns from ground truth, then labels the transfer half.',
    paths: ['weak'],
  },
  {
    id: 'strong',
    title: 'Student',
    note: 'The strong model: learns from the weak labels, and once more from ground truth as the ceiling.',
    paths: ['strong'],
  },
  { id: 'methods', title: 'Methods', note: 'How the student learns from the weak labels.', paths: ['methods'] },
  {
    id: 'run',
    title: 'Labels, stop and levels',
    note: 'What the student is given, which evaluation counts, and what stands beside it.',
    paths: ['prompting'],
  },
  {
    id: 'optimiser',
    title: 'Optimiser',
    note: 'AdamW. Each model has defaults of its own, the same in every role; what is set here goes to all of them.',
    paths: ['optimiser'],
  },
  { id: 'sizes', title: 'Sizes', note: 'Upper bounds; a smaller dataset fills less, in proportion.', paths: ['sizes'] },
  {
    id: 'seeds',
    title: 'Seeds',
    note: 'An arm is reported over all its seeds. One seed says nothing about chance.',
    paths: ['seeds'],
  },
  {
    id: 'machine',
    title: 'Computed by',
    note: 'What trains. Nothing has to be said here.',
    paths: ['backend', 'fallback'],
  },
  {
    id: 'sweep',
    title: 'Sweep',
    note: 'Several runs of one study, one for each value of a field; what they share runs once.',
    paths: [],
  },
] as const satisfies readonly Section[]

/** Parameters of the run table that stand with the sizes, because they decide who lands in which split. */
export const WITH_SIZES: readonly string[] = ['splitSeed', 'redraw', 'halves', 'measure', 'elsewhere']
