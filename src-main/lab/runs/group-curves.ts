import type { GroupCurve, GroupQuery } from '../../../src-preload/contract'
import { grouped, kept, smoothed, within, type Columns } from '../../science/curves'
import type { StageRow, Store } from '../../store'
import { scalesIn, type Scale, type ScaleOf } from './axis'
import { NOTHING_HIDDEN, type Hides } from './curves'
import { givingWay } from './turns'

type Series = GroupQuery['series'][number]
/** Steps that are looked at. */
interface Stretch {
  from: number
  to: number
}

/**
 * Curves of groups of trainings. Every training is smoothed over all of its own points first, then summarised with the
 * others of its group step by step, and only then thinned: what is seen does not depend on how far one has zoomed in.
 * Gives way between pieces.
 */
export async function readGroups(
  store: Store,
  query: GroupQuery,
  hides: Hides = NOTHING_HIDDEN,
): Promise<GroupCurve[]> {
  const out: GroupCurve[] = []
  const about: About = { store, scaleOf: scalesIn(store), query, giveWay: givingWay() }
  for (const { id, keys } of query.groups) {
    const rows = [...new Set(keys)].flatMap((key) => store.stages.byKey(key) ?? [])
    const hidden = new Set(rows.filter(({ key }) => hides(key)))
    for (const series of query.series) {
      const of = { group: id, ...series }
      const shown = series.split === 'test' ? rows.filter((row) => !hidden.has(row)) : rows
      const held = shown.filter((row) => endOf(store, row, series) !== null)
      if (held.length === 0) continue
      const lines = query.each ? held.map((row) => ({ key: row.key, rows: [row] })) : [{ key: '', rows: held }]
      for (const { key, rows } of lines) out.push({ ...of, key, ...(await line(about, rows, series)) })
    }
  }
  return out
}

type Drawn = Omit<GroupCurve, 'group' | 'name' | 'split' | 'key'>
const NOTHING: Drawn = {
  ...{ step: [], x: [], value: [], raw: null, n: [], low: [], high: [] },
  ...{ end: 0, bucket: 1, offAxis: '', epoch: null },
}

const endOf = (store: Store, { id, attempt }: Pick<StageRow, 'id' | 'attempt'>, series: Series) =>
  store.metrics.end({ stage: id, attempt, ...series })

const stretchOf = ({ from, to }: GroupQuery, { stepAt }: Scale): Stretch => ({
  from: from === null ? -Infinity : stepAt(from),
  to: to === null ? Infinity : stepAt(to),
})

/** What is asked, and of what. */
interface About {
  store: Store
  scaleOf: ScaleOf
  query: GroupQuery
  /** Between pieces. */
  giveWay: () => Promise<void>
}

/** Some trainings as one line on the axis. */
async function line(about: About, rows: readonly StageRow[], series: Series): Promise<Drawn> {
  const { query, scaleOf } = about
  const scale = scaleOf(query.axis, rows)
  if (typeof scale === 'string') return { ...NOTHING, offAxis: scale }
  const epochs = query.axis === 'seconds' ? '' : scaleOf('epoch', rows)
  const epoch = typeof epochs === 'string' ? null : scale.at(epochs.stepAt(1))
  return { ...(await together(about, rows, series, scale)), epoch }
}

/** All points of one training within the stretch. */
async function read({ store, giveWay }: About, row: StageRow, series: Series, stretch?: Stretch): Promise<Columns> {
  const of = { stage: row.id, attempt: row.attempt, ...series }
  const out: Columns = { step: [], value: [] }
  for (const { step, value } of store.metrics.curve(of, Infinity, stretch)) {
    for (const [i, at] of step.entries()) {
      out.step.push(at)
      out.value.push(value[i]!)
    }
    await giveWay()
  }
  return out
}

async function together(
  about: About,
  rows: readonly StageRow[],
  series: Series,
  scale: Scale,
): Promise<Omit<Drawn, 'epoch'>> {
  const { store, query } = about
  const smooth = query.smoothing > 0
  const stretch = stretchOf(query, scale)
  const curves: Columns[] = []
  // What is smoothed goes by all that was before.
  for (const row of rows) curves.push(await read(about, row, series, smooth ? undefined : stretch))
  const weighed = curves.map(({ step, value }) => ({ step, value: smoothed(value, query.smoothing) }))
  const all = grouped(smooth ? weighed : curves, query.summary)
  const raw = smooth ? grouped(curves, query.summary).value : null
  const [start, end] = within(all.step, stretch.from, stretch.to)
  const part = (column: readonly number[]) => column.slice(start, end)
  const columns = [all.value, all.low, all.high, ...(raw ? [raw] : [])].map(part)
  const { index, bucket } = kept(part(all.step), columns, query.buckets)
  const pick = (column: readonly number[]) => index.map((i) => column[start + i]!)
  const step = pick(all.step)
  const last = Math.max(...rows.map((row) => endOf(store, row, series) ?? 0))
  return {
    ...{ step, x: step.map(scale.at), value: pick(all.value), raw: raw && pick(raw), n: pick(all.n) },
    ...{ low: pick(all.low), high: pick(all.high), end: scale.at(last), bucket, offAxis: '' },
  }
}
