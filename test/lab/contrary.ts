import { distributions } from '../../src-main/science/answers'
import { bySplit, type LabelRule } from '../../src-main/science/labels/rule'

/** Of two classes the opposite of what a supervisor says, of every second example: tests add it to the map of rules. */
export const contrary: LabelRule = {
  id: 'contrary',
  title: 'contrary',
  help: 'The opposite of what the supervisor says, made up for tests.',
  labels: bySplit((said) => {
    const { rows, cols, data } = distributions(said)
    const weights = Float32Array.from({ length: rows }, (_, i) => (i + 1) % 2)
    return { targets: { rows, cols, data: data.map((p) => 1 - p) }, weights }
  }),
}
