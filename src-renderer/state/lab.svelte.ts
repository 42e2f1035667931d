import { api, messageOf, onEvents } from '../lib/api'
import { ACCURACY, AGREEMENT, AGREEMENT_WEAK_WRONG, ALPHA, BITS_PER_BYTE, LOSS, THRESHOLD } from '../lib/metrics'
import type { Alert, Catalog, LabEvent, ModelEntry, RunSummary, Status } from '../lib/types'
import { answers } from './answers'
import { Live } from './live'
import { Resource } from './resource.svelte'
import { router } from './router.svelte'

export type Install = Extract<LabEvent, { type: 'install' }>
export type ModelNews = Extract<LabEvent, { type: 'model' }>

/** Runs and stages change often while one works; what hangs on them is fetched again at most this often. */
const TICK_MS = 300
/** While a stage works, the time that its run still takes is asked for anew this often. */
const STALE_MS = 5000
const CURVE_BUCKETS = 400
const LOG_LINES = 200
/** A hidden window gets no animation frames: beyond this many, events are taken in at once. */
const MOST_WAITING = 2000

/** The window's picture of the lab: one subscription, one snapshot, then events, taken in once an animation frame. */
class Lab {
  catalog = new Resource<Catalog>()
  /** Those in the trash are apart. */
  runs = new Resource<RunSummary[]>()
  /** What needs the user. */
  alerts = new Resource<Alert[]>()
  trash = $state.raw<RunSummary[]>([])
  status = $state.raw<Status | null>(null)
  /** Latest word of each installation, by backend. */
  installs = $state.raw<Record<string, Install>>({})
  /** Fetched when they are first looked at. */
  models = new Resource<ModelEntry[]>()
  /** Latest word on each model, by id, or by path of one that is being added. */
  modelNews = $state.raw<Record<string, ModelNews>>({})
  /** How much of a dataset's file is read, a share. */
  reading = $state.raw<{ path: string; share: number } | null>(null)
  /** Why the lab cannot be heard, '' while all is well. */
  trouble = $state('')
  /** Read to a screen reader: changes of runs, never numbers. */
  announcement = $state('')
  /** Grows when `live` has news: read it, then `live`. */
  frame = $state(0)
  /** Grows when runs or stages changed: depend on it to fetch them again. */
  tick = $state(0)
  readonly live = new Live()

  #waiting: LabEvent[] = []
  #scheduled = false
  #timer: ReturnType<typeof setTimeout> | null = null
  #refreshedAt = 0

  /** Subscribes first and takes the snapshot second, so that nothing falls between; returns the way to stop. */
  start(): () => void {
    let stop = () => {}
    this.trouble = ''
    try {
      stop = onEvents((events) => this.#hear(events))
    } catch (error) {
      this.trouble = messageOf(error)
      return stop
    }
    void this.catalog.load(() => api.catalog())
    void api.status().then(
      (status) => (this.status ??= status),
      (error: unknown) => (this.trouble = messageOf(error)),
    )
    void this.refreshRuns()
    return () => {
      stop()
      // From now on nobody tells what changes.
      answers.forget()
      if (this.#timer) clearTimeout(this.#timer)
      this.#timer = null
    }
  }

  /** Fetches what was stored of a stage's curves and joins it with what has been heard. */
  async loadCurves(key: string): Promise<void> {
    const names = [LOSS, ACCURACY, AGREEMENT, AGREEMENT_WEAK_WRONG, BITS_PER_BYTE, ALPHA, THRESHOLD]
    const curves = await api.curves({ keys: [key], names, splits: ['', 'test'], buckets: CURVE_BUCKETS })
    for (const curve of curves) this.live.merge(curve.key, curve.name, curve.split, curve)
    this.frame++
  }

  /** Fetches the end of a run's log. */
  async loadLog(runId: string): Promise<void> {
    this.live.addLines(await api.log({ runId, limit: LOG_LINES }))
    this.frame++
  }

  #hear(events: LabEvent[]): void {
    this.#waiting.push(...events)
    if (this.#waiting.length > MOST_WAITING) this.#takeIn()
    else if (!this.#scheduled) {
      this.#scheduled = true
      requestAnimationFrame(() => this.#takeIn())
    }
  }

  #takeIn(): void {
    this.#scheduled = false
    const events = this.#waiting
    this.#waiting = []
    let changed = false
    for (const event of events) changed = this.#one(event) || changed
    if (changed) {
      answers.forget('runs')
      this.#tickSoon()
    }
    if (events.length > 0) this.frame++
  }

  /** Whether runs or stages may have changed. */
  #one(event: LabEvent): boolean {
    switch (event.type) {
      case 'status': {
        // When the disk goes away, or comes back, what runs is another.
        const turned = this.status?.readOnly !== event.status.readOnly
        if (turned) answers.forget()
        this.status = event.status
        return turned
      }
      case 'install':
        this.installs = { ...this.installs, [event.backend]: event }
        return false
      case 'model':
        this.#hearModel(event)
        return false
      case 'models':
        answers.forget()
        if (this.models.value) void this.loadModels()
        void this.catalog.load(() => api.catalog())
        return false
      case 'dataset':
        this.reading = { path: event.path, share: event.done / Math.max(1, event.total) }
        return false
      case 'datasets':
      case 'presets':
        answers.forget()
        void this.catalog.load(() => api.catalog())
        return false
      case 'run':
      case 'alert':
        return true
      case 'show':
        router.go(event.place, event.runId)
        return false
      case 'engine':
        return false
      default:
        this.live.apply(event)
        return event.type === 'state' || (event.type === 'progress' && Date.now() - this.#refreshedAt > STALE_MS)
    }
  }

  async loadAlerts(): Promise<void> {
    await this.alerts.load(() => api.alerts())
  }

  async loadModels(): Promise<void> {
    await this.models.load(() => api.models())
  }

  #hearModel(news: ModelNews): void {
    const { [news.id]: before, ...others } = this.modelNews
    this.modelNews = { ...others, [news.id]: news }
    if (!news.finished || before?.finished) return
    const title = this.models.value?.find(({ id }) => id === news.id)?.title ?? news.id
    this.announcement = news.error ? `${title}: ${news.error}` : `${title}: ${before?.phase ?? 'work'} has ended.`
  }

  #tickSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.tick++
      void this.refreshRuns()
    }, TICK_MS)
  }

  /** Fetches all runs again. */
  async refreshRuns(): Promise<void> {
    this.#refreshedAt = Date.now()
    void this.loadAlerts()
    const before = new Map(this.runs.value?.map((run) => [run.id, run.state]))
    await this.runs.load(async () => {
      const all = await api.runs()
      this.trash = all.filter(({ trashedAt }) => trashedAt !== null)
      return all.filter(({ trashedAt }) => trashedAt === null)
    })
    for (const run of this.runs.value ?? []) {
      const was = before.get(run.id)
      if (was && was !== run.state) this.announcement = `${run.name}: ${run.state}. ${run.headline}`
    }
  }
}

export const lab = new Lab()
