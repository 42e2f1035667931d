import { byId } from '../spec/by-id'
import { confident } from './confident'
import { hard } from './hard'
import { soft } from './soft'

export { labelsBy, type LabelSet } from './together'
export { eachSplit, type BySplit, type LabelRule, type Labels, type RuleInfo } from './rule'

/** Every rule by which a supervisor's answers become labels, the default first. */
export const LABELS = byId([soft, hard, confident])
