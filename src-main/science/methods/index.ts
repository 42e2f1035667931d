import { LOSSES } from '../losses'
import { byId } from '../spec/by-id'
import { bootstrap } from './bootstrap'
import { byLoss } from './by-loss'

/** Every method that a spec may name. */
export const METHODS = byId([...Object.values(LOSSES).map(byLoss), bootstrap])
