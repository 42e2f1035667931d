export { accuracy } from './accuracy'
export { agreement, type Agreement } from './agreement'
export { armResult, type ArmInputs } from './arm-result'
export { bootstrap, type Flags } from './bootstrap'
export { contrasts, type ReportedArm } from './contrast'
export { coversText } from './covers'
export { cellOf, cellsOf, cube } from './cube'
export { exampleHistory, exampleRows } from './examples'
export { pgr, pgrOf, PGR_CONVENTION } from './pgr'
export type { SeedPredictions } from './predictions'
export type {
  ArmResult,
  Cell,
  Contrast,
  Covers,
  Cube,
  Difference,
  Estimate,
  Pgr,
  Redraw,
  SeedResult,
  StopRule,
} from './result'
export { errorOf, fieller, intervalOf, minus, ratio, type Sample } from './sample'
export { halves, stoppedByTheOtherHalf } from './stopping'
export { stops } from './stops'
