import type { Remedy } from '../../../src-preload/contract'
import { namedModel } from '../../science/plan/named'
import { OPTIMISER, type OptimiserSpec } from '../../science/optimiser'
import { mentions, type Mention } from '../../science/spec/mentions'
import type { ExperimentSpec } from '../../science/spec/spec'
import type { TrainConfig } from '../../science/stages'
import type { StageRow } from '../../store'

const HALF_BATCH = { set: 'batch', of: ({ batch }: OptimiserSpec) => Math.floor(batch / 2) } as const
/** What is tried again: a third of the learning rate, half the batch. */
const AGAIN = {
  diverged: { set: 'lr', of: ({ lr }: OptimiserSpec) => Number((lr / 3).toPrecision(2)) },
  killed: HALF_BATCH,
  memory: HALF_BATCH,
} as const
const SMALLEST_BATCH = OPTIMISER.batch.min

/** What mends the failure of a stage in a run; null where nothing is known to. @param spec null of a run that makes models */
export function remedyOf({ cause, kind, config }: StageRow, spec: ExperimentSpec | null): Remedy | null {
  switch (cause) {
    case 'diverged':
    case 'killed':
    case 'memory':
      return kind === 'train' && spec ? again(AGAIN[cause], JSON.parse(config) as TrainConfig, spec) : null
    case 'dataset':
      return { does: 'place', place: 'data' }
    case 'model':
      return { does: 'place', place: 'models' }
    case 'backend':
    case 'card':
      return { does: 'place', place: 'doctor' }
    case '':
      return null
  }
}

/** Another value for the entry that was trained; null where the spec names none, as of a reference. */
function again(
  { set, of }: (typeof AGAIN)[keyof typeof AGAIN],
  { model, role, optimiser }: TrainConfig,
  spec: ExperimentSpec,
): Remedy | null {
  const own = ({ setting }: Mention) => Object.entries(setting.optimiser ?? {})
  const wanted = JSON.stringify(model)
  const inPlace = ({ path }: Mention) => path.startsWith('weak') === (role === 'weak')
  // Of entries that differ in their training alone it is the one that says most of what was trained by.
  const [entry] = mentions(spec)
    .filter(({ setting }) => JSON.stringify(namedModel(setting)) === wanted)
    .filter((mention) => own(mention).every(([name, value]) => optimiser[name as keyof typeof optimiser] === value))
    .toSorted((a, b) => Number(inPlace(b)) - Number(inPlace(a)) || own(b).length - own(a).length)
  const value = of(optimiser)
  return !entry || (set === 'batch' && value < SMALLEST_BATCH) ? null : { does: 'again', path: entry.path, set, value }
}
