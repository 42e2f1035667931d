export { accuracy } from './accuracy'
export { sureness, type Sureness } from './sureness'
export { agreement, type Agreement } from './agreement'
export { armResult, drawnResult, type ArmInputs } from './arm-result'
export { bootstrap, type Flags } from './bootstrap'
export { comparison, type ComparedArm } from './comparison'
export { contrasts, type ReportedArm } from './contrast'
export { coversText } from './covers'
export type { Drawn } from './measures'
export { dynamicsOf } from './cartography'
export { cellOf, cellsOf, cube } from './cube'
export type { ElsewhereSet } from './elsewhere'
export type { MetricInfo, Metrics, MetricVariant } from './metric'
export { exampleHistory, exampleRows, studentAt } from './examples'
export { facetsOf } from './facets'
export { exampleFilterSchema, fitting, lengthOf } from './filter'
export { confidentJoint } from './joint'
export { countPaths, pathsOf } from './flow'
export { MOVES } from './ledger'
export { overall } from './overall'
export { pgr, pgrOf, PGR_CONVENTION } from './pgr'
export type { SeedPredictions } from './predictions'
export type {
  ArmResult,
  Cell,
  Comparison,
  Contrast,
  Covers,
  Cube,
  Difference,
  Elsewhere,
  Estimate,
  Measured,
  Overall,
  Pgr,
  Redraw,
  SeedResult,
  Stop,
  StopRule,
} from './result'
export { errorOf, fieller, intervalOf, minus, ratio, type Sample } from './sample'
export { flagsAt, halves, stoppedByTheOtherHalf } from './stopping'
export { valueOf, type Statistic, type Under } from './statistic'
export type { SaidBySeed } from './said'
export { evaluationAt, stops, stopSchema } from './stops'
export { METRICS } from './variants'
