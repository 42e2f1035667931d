import { join } from 'node:path'
import { USUAL_RESERVE } from '../data/machine/reserve'
import { seeing } from '../data/machine/cards'
import type { EngineEvent, UsableCard } from '../engine/protocol'
import { openStore, openStoreForReading, type StageRow, type Store } from '../store'
import { createBackends, type Backends } from './engine/backends'
import { createCardLook } from './engine/cards'
import { createAlerts } from './alerts'
import { createBus, type Bus } from './bus'
import { checkHome } from './check'
import { createCheckpoints } from './plan/checkpoints'
import { createDamage, type Damage } from './check/damage'
import { openCorpora } from './corpora'
import { openDatasets } from './datasets'
import { createImporter } from './datasets/importer'
import { createPublished } from './datasets/published'
import { createRows } from './datasets/rows'
import { createSlices } from './datasets/slices'
import { eachInTurn } from './threads/each'
import { labCalls, READ_ONLY, readOnlyCalls } from './handlers'
import { openLadders } from './ladders'
import { createHeadlines } from './runs/headlines'
import { TIMING } from './engine/host'
import { reconcile } from './queue/lifecycle'
import { lockHome, type Lock } from './home/lock'
import { createModelDesk } from './models'
import { createLibrarian, type Librarian } from './models/librarian'
import type { Lab, LabOptions, SpawnEngine } from './options'
import { createBatches } from './plan/batches'
import { unmeasured } from './plan/estimates'
import { cardNeedOf, plannedMemory } from './plan/memory'
import { createMeasurer } from './plan/measure'
import { createOutlook } from './plan/outlook'
import { createPlanner } from './plan/planner'
import { createRoom } from './plan/room'
import { createShow } from './plan/shown'
import { createSweeps } from './plan/sweeps'
import { createQueue } from './queue'
import { createPower } from './queue/power'
import { createLane, workedOn, type Lane } from './queue/lane'
import { createPlaces } from './queue/places'
import { withShares } from './queue/power-share'
import { createRecorder } from './queue/recorder'
import { createResults, type Results } from './results'
import { createMemory } from './results/memory'
import { createRemarks } from './results/remarks'
import { createAnalyst } from './results/analyst'
import { createSureness } from './results/sureness'
import { countApart, createTruth, type Truth } from './results/truth'
import { createRunDesk } from './runs/desk'
import { createSample } from './runs/sample'
import { createMarkDesk } from './runs/marks'
import { createMade } from './runs/made'
import { openPresets } from './presets'
import { watchBeside } from './home/beside'
import { createShelf, type Shelf } from './home/shelf'
import { createStatusDesk } from './status'
import { createStorageDesk } from './home/storage'
import { armsOf } from './runs/view'
import { createStudies } from './studies'
import { createUpkeep } from './home/upkeep'

export type { EngineExit, EngineHandle, Lab, LabCalls, LabOptions, SpawnEngine } from './options'
export { LabError } from './errors'

/**
 * Opens a home: everything behind the window and the command line.
 * @throws LabError `conflict` when another process works in this home; StorageError when the disk or the store does not
 * allow it. Nothing was changed then.
 */
export async function createLab(options: LabOptions): Promise<Lab> {
  const path = join(options.home, 'lab.sqlite')
  if (options.readOnly) return closedOnError(openStoreForReading(path), (store) => assemble(options, store, null))
  const lock = lockHome(options.home)
  try {
    return await closedOnError(openStore(path), (store) => assemble(options, store, lock))
  } catch (error) {
    lock.release()
    throw error
  }
}

async function closedOnError(store: Store, work: (store: Store) => Promise<Lab>): Promise<Lab> {
  try {
    return await work(store)
  } catch (error) {
    store.close()
    throw error
  }
}

/** Puts the parts together, each on those above it; without a lock nothing is changed. */
async function assemble(options: LabOptions, store: Store, lock: Lock | null): Promise<Lab> {
  const { home, resources, spawnEngine } = options
  const bus = createBus()
  const shelf = createShelf(home, resources)
  if (lock) await reconcile(store, shelf)
  const belongings = await openBelongings(options, store, bus)
  const { importer, datasets, corpora, models, checkpoints } = belongings
  const analyst = createAnalyst(options.analyst)
  const results = createResults(store, shelf, analyst, memoryOf(options, lock !== null))
  const truth = createTruth(store, (row) => (lock ? store.looks.add(row) : countApart(home, row)))
  const backends = createBackends(options, bus)
  const damage = createDamage(store, shelf, bus)
  const { places, queue, power, machine } = openQueue(options, { store, shelf, bus, damage, backends }, belongings)
  const onGpu = () => backends.chosen?.gpu ?? false
  const planning = { store, shelf, home, tasks: datasets.context, checkpoints, corpora, ...machine }
  const planner = createPlanner({ ...planning, computing: backends.planned })
  const runs = createRunDesk({ store, shelf, bus, queue, checkpoints, truth, measured: machine.measured })
  // The engine that computed it.
  const asMade = createPlanner({ ...planning, computing: () => Promise.resolve({ backend: 'cpu' }) })
  const sample = createSample({ store, planner: asMade, runs, shelf, resources })
  const marks = createMarkDesk(store, bus, runs)
  const remarks = createRemarks(store, results, (id) => armsOf(runs.find(id)))
  const runOf = (id: string) => ({ name: runs.find(id).name, arms: armsOf(runs.find(id)) })
  const slice = createSlices({ store, shelf, datasets, results, runOf })

  const standing = { home, readOnly: lock ? '' : READ_ONLY, fallbackRuntime: options.fallbackRuntime ?? '' }
  const status = createStatusDesk({ store, places, queue, power, backends, bus, ...standing })
  const storage = createStorageDesk({ store, importer, home, cache: options.cache })
  const headlines = createHeadlines(store, results, truth, bus)
  const studies = createStudies(store, results, truth, headlines.renew)
  const made = createMade(store, shelf, models, bus)
  const beside = lock ? null : watchBeside(store, bus)
  if (lock) {
    bus.subscribe(createUpkeep(store, analyst))
    headlines.catchUp()
    await marks.sweep()
  }

  const sureness = createSureness(store, shelf, analyst)
  const kept = { store, shelf, ...belongings, damage, results, truth, sureness }
  const onFirst: SpawnEngine = (...[hear, end]) => spawnEngine(hear, end, seeing(places.cards[0]?.uuid))
  const drafts = openDrafts({ ...planning, spawnEngine: onFirst, analyst, results, planner, runs, datasets, importer })
  const said = { marks, remarks, slice, studies, alerts: createAlerts(store, bus, lock !== null, truth.hides) }
  const usable = () => places.cards.map(({ uuid }) => uuid)
  const room = createRoom({ ...machine, home, onGpu, usable })
  const parts = { ...kept, ...said, ...drafts, backends, planner, room, runs, sample, queue, power, status, storage }
  const ends = [drafts.measurer, backends, beside ?? queue, made, headlines, status, analyst, models, datasets, store]
  let closing: Promise<void> | null = null
  const close = () => eachInTurn([...ends.map((part) => () => part.close()), () => lock?.release()])
  return {
    calls: lock ? labCalls(parts, options) : readOnlyCalls(parts, options),
    subscribe: withoutSealed(bus, truth),
    checkBackend: (asked) => backends.check(asked),
    check: (asked) => checkHome({ store, shelf, damage, datasets, home }, asked),
    power,
    wake: () => queue.wake(),
    close: () => (closing ??= close()),
  }
}

/** What is told, less the truth that is sealed. */
const withoutSealed =
  (bus: Bus, truth: Truth): Lab['subscribe'] =>
  (listener) =>
    bus.subscribe((events) => {
      const shown = truth.shown(events)
      if (shown.length > 0) listener(shown)
    })

/** What works, and what waits for it. */
function openQueue(
  options: LabOptions,
  { store, shelf, bus, damage, backends }: { store: Store; shelf: Shelf; bus: Bus; damage: Damage; backends: Backends },
  { datasets, corpora, checkpoints }: Belongings,
) {
  const timing = { ...TIMING, ...options.timing }
  const { reserve = () => USUAL_RESERVE, atOnce = () => 1, atOnceByCard = () => [] } = options
  const recorder = createRecorder(store, bus, (key) => workedOn(places.lanes, key), options.attended)
  /** A lane whose engine sees a card alone; of the machine it takes the best device, none before it has a stage. */
  const make = (card: UsableCard | null): Lane => {
    const onEvents = (events: EngineEvent[]) => {
      recorder.record(damage.heard(withShares(events, () => places.atWorkWith(card))))
      backends.heard(events, card?.uuid ?? null, lane.taken)
    }
    const spawn: SpawnEngine = (onMessage, onExit) =>
      options.spawnEngine(onMessage, onExit, seeing((card ?? places.cards[0])?.uuid))
    const lane = createLane(card, { spawn, timing, onEvents, bus })
    return lane
  }
  const memory = () => plannedMemory(backends.chosen, places.cards, reserve(), places.most())
  const need = async (row: StageRow, card: UsableCard, sharing: number) => {
    const ofCard = plannedMemory(backends.chosen, [card], reserve(), sharing)
    return cardNeedOf(store, row, await checkpoints.here(), ofCard)
  }
  const cards = createCardLook(options.spawnEngine)
  const places = createPlaces({ make, backends, atOnce, atOnceByCard, reserve, need, ask: cards })
  const paths = { taskPath: datasets.path, corpusPath: corpora.path, modelPath: checkpoints.path }
  const queue = createQueue({ store, shelf, places, timing, bus, recorder, backends, ...paths, reserve })
  const machine = { ...paths, reserve, cards, memory, atOnce: () => places.most(), measured: unmeasured() }
  return { places, queue, power: createPower(queue), machine }
}

/** Results are kept beside the runs; where they are computed in this thread, for this process alone. */
const memoryOf = ({ home, analyst }: LabOptions, writes: boolean) =>
  createMemory(analyst === undefined ? null : { folder: join(home, 'results'), code: analyst, writes })

type Drafting = Parameters<typeof createShow>[0] &
  Parameters<typeof createBatches>[0] &
  Parameters<typeof createMeasurer>[0] &
  Parameters<typeof createSweeps>[0] & { results: Results }

/** What is asked about a spec that is no run yet. */
const openDrafts = (parts: Drafting) => ({
  measurer: createMeasurer(parts),
  outlook: createOutlook(parts.store, parts.results, parts.planner),
  show: createShow(parts),
  batches: createBatches(parts),
  sweeps: createSweeps(parts),
})

type Belongings = Awaited<ReturnType<typeof openBelongings>>

/** What runs are made of: it lies in the home or comes with the app, and is there before any run. */
async function openBelongings(options: LabOptions, store: Store, bus: Bus) {
  const { home, resources } = options
  const importer = createImporter(options.importer)
  const datasets = await openDatasets(home, resources, importer, bus)
  const published = createPublished(home, bus)
  const corpora = await openCorpora(home, resources, importer, datasets)
  const ladders = openLadders(home, resources)
  const presets = await openPresets(home, resources, bus)
  const models = createModelDesk(librarianOf(options), store, bus)
  const checkpoints = createCheckpoints(models)
  const rows = createRows({ datasets, checkpoints, importer })
  return { importer, datasets, rows, published, corpora, ladders, presets, models, checkpoints }
}

function librarianOf({ cache, resources, reader, reading, librarian }: LabOptions): Librarian {
  return createLibrarian({ options: { cache, bundled: join(resources, 'models') }, reader, reading }, librarian)
}
