/** Splits of a prepared task: `weak` trains the supervisor, `transfer` is labelled by it and trains students and ceilings. */
export const SPLITS = ['weak', 'transfer', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]
/** The splits that are no measurement: trained on, or in the choice of a stop. */
export const TRAINING = ['weak', 'transfer', 'validation'] as const satisfies readonly Split[]
export type TrainingSplit = (typeof TRAINING)[number]

/** Which rows the split `test` holds: those that are reported, or those that settings are chosen on. */
export type Measure = 'test' | 'development'

/** The splits that a supervisor labels: never the half that it was taught on. */
export const LABELLED = ['transfer', 'validation', 'test'] as const satisfies readonly Split[]
export type LabelledSplit = (typeof LABELLED)[number]

/** A test set from elsewhere, by its id, as what models are asked about: beside the splits, and never trained on. */
export type Elsewhere = `elsewhere/${string}`
/** All that a model may be asked about. */
export type Asked = Split | Elsewhere

export const elsewhere = (id: string): Elsewhere => `elsewhere/${id}`
export const isSplit = (name: Asked): name is Split => !name.startsWith('elsewhere/')

/** How many examples each split has. */
export type Sizes = Record<Split, number>

/** The same, and how many there are in all test sets from elsewhere. */
export type Work = Sizes & { elsewhere?: number }

/** Examples of all splits and sets. */
export const total = (sizes: Work) => Object.values(sizes).reduce((sum, n) => sum + n, 0)
