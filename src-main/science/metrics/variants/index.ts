import { byId } from '../../spec/by-id'
import { accuracy } from './accuracy'
import { auroc } from './auroc'
import { brier } from './brier'
import { ece } from './ece'
import { logloss } from './logloss'

/** Every metric that results have, the first one foremost. */
export const METRICS = byId([accuracy, auroc, ece, brier, logloss])
