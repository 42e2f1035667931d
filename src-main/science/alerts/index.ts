export { fitsErrors, wilson, type FitsErrors, type Share } from './fits-errors'
export { plateau, STILL, type Plateau } from './plateau'
