export { fitsErrors, type FitsErrors } from './fits-errors'
export { plateau, STILL, type Plateau } from './plateau'
