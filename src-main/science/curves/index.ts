export type { Columns, Grouped, Summary } from './curve'
export { grouped } from './group'
export { smoothed } from './smooth'
export { kept, within } from './thin'
