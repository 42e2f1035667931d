import { createDisjointSets } from '../maths/disjoint'
import { createRng, type Rng } from '../maths/rng'
import { SPLITS, TRAINING, type DataConfig, type Split, type TrainingSplit } from '../stages'
import { isDevelopment } from './development'
import type { Example, PreparedTask, TaskRow } from './task'

/** Fewer of a class than this in a split, and an accuracy over it says nothing. */
export const MIN_PER_CLASS = 5

/**
 * Cuts a task into its splits. Every split has as many examples of one class as of another (unbalanced data
 * makes small supervisors constant); a group, and all rows of one and the same text, land in one split; rows that the
 * source declares as test are tested on and nothing else, and where there are any, no other row is. Sizes are upper
 * bounds: where a dataset has less, every split of that pool gets its share. Same rows and config, same splits.
 *
 * The split seed decides which rows are tested on. With `redraw` the other splits are dealt anew from the same pool, by
 * that number: the test split stays what it is without. Development rows are never tested on; they are trained on like
 * others, unless they are what is measured: then they are the split `test`, and rows of the test split are not used.
 * @param classes names in class order
 * @throws Error with the numbers when a split would have fewer than MIN_PER_CLASS examples of a class
 */
export function splitTask(
  rows: TaskRow[],
  config: DataConfig,
  classes: readonly string[] = classNames(rows),
): PreparedTask {
  const { splitSeed, redraw, measure } = config
  const rng = createRng(`split ${splitSeed}`)
  const pools = poolsOf(rng.shuffle(blocksOf(rows)), { rows, config, classes })
  const first = drawTraining(pools.training, rng, { rows, config, classes })
  const chosen = pools.measured.flatMap((block) => block.rows)
  const test = balanced(chosen, rows, classes, config.sizes.test, rng, `${config.task}: ${measure}`)
  const form = { kind: 'classes', names: classes } as const
  if (redraw === null) return { form, splits: { ...first, test } }
  // Drawn in vain but for the numbers: the test split above is the one that it leaves.
  const again = createRng(`split ${splitSeed} halves ${redraw}`)
  const redrawn = drawTraining(again.shuffle(pools.training), again, { rows, config, classes })
  return { form, splits: { ...redrawn, test } }
}

/** What is cut, and how. */
interface Cut {
  rows: TaskRow[]
  config: DataConfig
  classes: readonly string[]
}

/** What the training splits are dealt from, and what is measured on. */
function poolsOf(blocks: Block[], { rows, config, classes }: Cut): { training: Block[]; measured: Block[] } {
  const declared = blocks.some((block) => block.test)
  const tested = declared
    ? blocks.filter((block) => block.test).map((block) => onlyTest(block, rows))
    : deal(developmentFirst(blocks), SPLITS, config.sizes, rows, classes.length).test
  const held = new Set(tested)
  const training = blocks.filter((block) => !block.test && !held.has(block))
  if (config.measure === 'test') return { training, measured: tested }
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
function drawTraining(pool: Block[], rng: Rng, { rows, config, classes }: Cut): Record<TrainingSplit, Example[]> {
  const dealt = deal(pool, TRAINING, config.sizes, rows, classes.length)
  const draw = (split: TrainingSplit) => {
    const chosen = dealt[split].flatMap((block) => block.rows)
    return balanced(chosen, rows, classes, config.sizes[split], rng, `${config.task}: ${split}`)
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

/** Names for classes that have none. */
function classNames(rows: TaskRow[]): string[] {
  const highest = rows.reduce((max, row) => Math.max(max, row.label), 1)
  return Array.from({ length: highest + 1 }, (_, i) => `class ${i}`)
}

/** Joins rows by group and by text, in order of first appearance. */
function blocksOf(rows: TaskRow[]): Block[] {
  const sets = createDisjointSets(rows.length)
  const first = new Map<string, number>()
  rows.forEach((row, i) => {
    for (const tie of row.group === undefined ? [`text ${row.text}`] : [`text ${row.text}`, `group ${row.group}`]) {
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
  return [...blocks.values()].map((block) => ({
    ...block,
    development: !block.test && isDevelopment(block.rows.map((i) => rows[i]!)),
  }))
}

const onlyTest = (block: Block, rows: TaskRow[]): Block => ({
  ...block,
  rows: block.rows.filter((i) => rows[i]!.split === 'test'),
})

/**
 * Gives every block to the split that lacks most of what the block has, relative to its share of the pool; development
 * rows never to the test split.
 */
function deal(
  blocks: Block[],
  splits: readonly Split[],
  sizes: DataConfig['sizes'],
  rows: TaskRow[],
  classes: number,
): Record<Split, Block[]> {
  const dealt: Record<Split, Block[]> = { weak: [], transfer: [], validation: [], test: [] }
  const wanted = splits.reduce((sum, split) => sum + sizes[split], 0)
  const inPool = countLabels(
    blocks.flatMap((b) => b.rows),
    rows,
    classes,
  )
  const lacking = new Map(splits.map((s) => [s, inPool.map((n) => (n * sizes[s]) / wanted)]))
  for (const block of blocks) {
    const has = countLabels(block.rows, rows, classes)
    const need = (split: Split) =>
      has.reduce(
        (sum, n, c) => sum + (n * lacking.get(split)![c]!) / Math.max(1, (inPool[c]! * sizes[split]) / wanted),
        0,
      )
    const allowed = block.development ? splits.filter((split) => split !== 'test') : splits
    const split = allowed.reduce((best, s) => (need(s) > need(best) ? s : best))
    dealt[split].push(block)
    has.forEach((n, c) => (lacking.get(split)![c]! -= n))
  }
  return dealt
}

/** As many of every class as the scarcest one has, at most `size` in all, in random order. */
function balanced(
  chosen: number[],
  rows: TaskRow[],
  classes: readonly string[],
  size: number,
  rng: Rng,
  where: string,
): Example[] {
  const found = countLabels(chosen, rows, classes.length)
  const each = Math.min(Math.floor(size / classes.length), ...found)
  if (each < MIN_PER_CLASS) {
    const counts = found.map((n, c) => `${n} of "${classes[c]}"`).join(', ')
    throw new Error(
      `${where}: expected at least ${MIN_PER_CLASS} examples of every class among at most ${size}, got ${counts}`,
    )
  }
  const room = classes.map(() => each)
  const kept = rng.shuffle(chosen).filter((i) => room[rows[i]!.label]!-- > 0)
  return kept.map((i) => {
    const { text, label, group } = rows[i]!
    return { id: i, text, label, group: group ?? `row ${i}` }
  })
}

function countLabels(chosen: number[], rows: TaskRow[], classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0)
  for (const i of chosen) counts[rows[i]!.label]!++
  return counts
}
