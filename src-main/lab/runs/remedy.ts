import type { Remedy } from '../../../src-preload/contract'
import { namedModel } from '../../science/plan/named'
import { mentions, type Mention } from '../../science/spec/mentions'
import type { ExperimentSpec } from '../../science/spec/spec'
import type { TrainConfig } from '../../science/stages'
import type { StageRow } from '../../store'

/** How much slower a training that diverged is tried again. */
const SLOWER = 3

/** What mends the failure of a stage in a run; null where nothing is known to. @param spec null of a run that makes models */
export function remedyOf({ cause, kind, config }: StageRow, spec: ExperimentSpec | null): Remedy | null {
  switch (cause) {
    case 'diverged':
      return kind === 'train' && spec ? slower(JSON.parse(config) as TrainConfig, spec) : null
    case 'dataset':
      return { does: 'place', place: 'data' }
    case 'model':
      return { does: 'place', place: 'models' }
    case 'backend':
      return { does: 'place', place: 'doctor' }
    case '':
      return null
  }
}

/** A lower learning rate for the entry that was trained; null where the spec names none, as of a reference. */
function slower({ model, role, optimiser }: TrainConfig, spec: ExperimentSpec): Remedy | null {
  const own = ({ setting }: Mention) => Object.entries(setting.optimiser ?? {})
  const wanted = JSON.stringify(model)
  const inPlace = ({ path }: Mention) => path.startsWith('weak') === (role === 'weak')
  // Of entries that differ in their training alone it is the one that says most of what was trained by.
  const [entry] = mentions(spec)
    .filter(({ setting }) => JSON.stringify(namedModel(setting)) === wanted)
    .filter((mention) => own(mention).every(([name, value]) => optimiser[name as keyof typeof optimiser] === value))
    .toSorted((a, b) => Number(inPlace(b)) - Number(inPlace(a)) || own(b).length - own(a).length)
  return entry ? { does: 'rate', path: entry.path, lr: Number((optimiser.lr / SLOWER).toPrecision(2)) } : null
}
