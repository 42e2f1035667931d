import { createDisjointSets } from '../maths/disjoint'
import { createRng, type Rng } from '../maths/rng'
import { SPLITS, TRAINING, type DataConfig, type Split, type TrainingSplit } from '../stages'
import { isDevelopment } from './development'
import { rowsFor } from './difficulty'
import type { Form } from './form'
import { rulesOf, type Rules } from './rules'
import type { Example, PreparedTask, RowOf, TaskRow } from './task'

/**
 * Cuts a task into its splits. Every split has as many examples of one class as of another, or with the right option at
 * one place as at another (see `rules`); a group, and all rows of one and the same text, land in one split; rows that
 * the source declares as test are tested on and nothing else, and where there are any, no other row is. Sizes are upper
 * bounds: where a dataset has less, every split of that pool gets its share. Same rows and config, same splits.
 *
 * The split seed decides which rows are tested on. With `redraw` the other splits are dealt anew from the same pool, by
 * that number: the test split stays what it is without. Development rows are never tested on; they are trained on like
 * others, unless they are what is measured: then they are the split `test`, and rows of the test split are not used.
 * With `halves` a split keeps of its rows those of its difficulty (see `rowsFor`).
 * @param form of the task: it says what the rows are
 * @throws Error with the numbers when a split would have too few examples
 */
export function splitTask<F extends Form>(
  rows: readonly RowOf<F>[],
  config: Pick<DataConfig, 'task' | 'sizes' | 'splitSeed' | 'redraw' | 'measure' | 'halves'>,
  form: F,
): PreparedTask {
  return { form, splits: cut({ rows, config, rules: rulesOf(form), may: rowsFor(rows, config) }) }
}

function cut<R extends TaskRow>(of: Cut<R>): PreparedTask['splits'] {
  const { config, rules, rows, may } = of
  const { splitSeed, redraw, measure, sizes } = config
  const rng = createRng(`split ${splitSeed}`)
  const pools = poolsOf(rng.shuffle(blocksOf(of)), of)
  const first = drawTraining(pools.training, rng, of)
  const chosen = pools.measured.flatMap((block) => block.rows).filter((row) => may(row, 'test'))
  const test = rules.draw({ rows, chosen, size: sizes.test, rng, where: `${config.task}: ${measure}` })
  if (redraw === null) return { ...first, test }
  // Drawn in vain but for the numbers: the test split above is the one that it leaves.
  const again = createRng(`split ${splitSeed} halves ${redraw}`)
  return { ...drawTraining(again.shuffle(pools.training), again, of), test }
}

/** What is cut, and how. */
interface Cut<R extends TaskRow> {
  rows: readonly R[]
  config: Pick<DataConfig, 'task' | 'sizes' | 'splitSeed' | 'redraw' | 'measure'>
  rules: Rules<R>
  /** Whether a row may be in a split. */
  may: (row: number, split: Split) => boolean
}

/** What the training splits are dealt from, and what is measured on. */
function poolsOf<R extends TaskRow>(blocks: Block[], of: Cut<R>): { training: Block[]; measured: Block[] } {
  const declared = blocks.some((block) => block.test)
  const tested = declared
    ? blocks.filter((block) => block.test).map((block) => onlyTest(block, of.rows))
    : deal(developmentFirst(blocks), SPLITS, of).test
  const held = new Set(tested)
  const training = blocks.filter((block) => !block.test && !held.has(block))
  if (of.config.measure === 'test') return { training, measured: tested }
  return {
    training: training.filter((block) => !block.development),
    measured: training.filter((block) => block.development),
  }
}

/** What may not be tested on is dealt first, so that the others make up for it. */
const developmentFirst = (blocks: Block[]) => [
  ...blocks.filter((block) => block.development),
  ...blocks.filter((block) => !block.development),
]

/** The splits that are trained on, and the one that chooses a stop. */
function drawTraining<R extends TaskRow>(pool: Block[], rng: Rng, of: Cut<R>): Record<TrainingSplit, Example[]> {
  const { rows, config, rules, may } = of
  const dealt = deal(pool, TRAINING, of)
  const draw = (split: TrainingSplit) => {
    const chosen = dealt[split].flatMap((block) => block.rows).filter((row) => may(row, split))
    return rules.draw({ rows, chosen, size: config.sizes[split], rng, where: `${config.task}: ${split}` })
  }
  return { weak: draw('weak'), transfer: draw('transfer'), validation: draw('validation') }
}

/** Rows that must not be parted: a group, grown by the groups that share a text with it. */
interface Block {
  rows: number[]
  /** Whether one of the rows is declared as test; then the others are not used at all. */
  test: boolean
  /** Whether it is never tested on. */
  development: boolean
}

/** Joins rows by group and by their texts, in order of first appearance. */
function blocksOf<R extends TaskRow>({ rows, rules }: Pick<Cut<R>, 'rows' | 'rules'>): Block[] {
  const sets = createDisjointSets(rows.length)
  const first = new Map<string, number>()
  const textsOf = (row: R) => rules.texts(row).map((text) => `text ${text}`)
  const groupsOf = ({ group }: R) => (group === undefined ? [] : [`group ${group}`])
  rows.forEach((row, i) => {
    for (const tie of [...textsOf(row), ...groupsOf(row)]) {
      const other = first.get(tie)
      if (other === undefined) first.set(tie, i)
      else sets.join(i, other)
    }
  })
  const blocks = new Map<number, Block>()
  rows.forEach((row, i) => {
    const block = blocks.get(sets.root(i)) ?? { rows: [], test: false, development: false }
    blocks.set(sets.root(i), block)
    block.rows.push(i)
    block.test ||= row.split === 'test'
  })
  const namesOf = (row: R) => (row.group === undefined ? textsOf(row) : groupsOf(row))
  return [...blocks.values()].map((block) => ({
    ...block,
    development: !block.test && isDevelopment(block.rows.flatMap((i) => namesOf(rows[i]!))),
  }))
}

const onlyTest = (block: Block, rows: readonly TaskRow[]): Block => ({
  ...block,
  rows: block.rows.filter((i) => rows[i]!.split === 'test'),
})

/**
 * Gives every block to the split that lacks most of what the block has, relative to its share of the pool; development
 * rows never to the test split.
 */
function deal<R extends TaskRow>(
  blocks: Block[],
  splits: readonly Split[],
  { rows, config: { sizes }, rules }: Cut<R>,
): Record<Split, Block[]> {
  const dealt: Record<Split, Block[]> = { weak: [], transfer: [], validation: [], test: [] }
  const wanted = splits.reduce((sum, split) => sum + sizes[split], 0)
  const inPool = Array.from({ length: rules.sorts }, () => 0)
  for (const block of blocks) for (const i of block.rows) inPool[rules.sortOf(rows[i]!)]!++
  const places = splits.map((split) => {
    const share = inPool.map((n) => (n * sizes[split]) / wanted)
    return { split, lacking: share, room: share.map((n) => Math.max(1, n)) }
  })
  const untested = places.filter(({ split }) => split !== 'test')
  // How many of each sort a block has; most have one row.
  const has = new Map<number, number>()
  const need = ({ lacking, room }: (typeof places)[number]) => {
    let sum = 0
    for (const [sort, n] of has) sum += (n * lacking[sort]!) / room[sort]!
    return sum
  }
  for (const block of blocks) {
    has.clear()
    for (const sort of block.rows.map((i) => rules.sortOf(rows[i]!)).sort((a, b) => a - b))
      has.set(sort, (has.get(sort) ?? 0) + 1)
    const allowed = block.development ? untested : places
    let [best, most] = [allowed[0]!, need(allowed[0]!)]
    for (const place of allowed.slice(1)) {
      const needed = need(place)
      if (needed > most) [best, most] = [place, needed]
    }
    dealt[best.split].push(block)
    for (const [sort, n] of has) best.lacking[sort]! -= n
  }
  return dealt
}
