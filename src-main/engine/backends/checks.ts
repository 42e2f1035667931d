import type { Matrix } from '../../science/maths/matrix'
import { outputsOf, type NetSpec, type TransformerSpec } from '../../science/models/net'
import type { AdamWStep, Batch, LanguageBatch, LearnerOptions, TokenBatch } from './learner'

// What a learner is asked, checked before any engine sees it: so all backends say the same of the same mistake.

function expect(holds: boolean, what: string, expected: string | number, got: unknown): asserts holds {
  if (!holds) throw new Error(`${what}: expected ${expected}, got ${String(got)}`)
}

/** @throws Error naming the field when there is no such net, or nothing such to be trained of it */
export function checkNet(net: NetSpec, { trainBlocks }: LearnerOptions = {}): void {
  const layers = net.kind === 'transformer' ? net.layers : Infinity
  for (const [field, size] of sizesOf(net))
    expect(Number.isInteger(size) && size > 0 && size < 2 ** 31, field, 'a positive whole number', size)
  const freezes = trainBlocks === undefined || (Number.isInteger(trainBlocks) && trainBlocks >= 0)
  expect(freezes && (trainBlocks ?? 0) <= layers, 'trainBlocks', `a whole number from 0 to ${layers}`, trainBlocks)
  if (net.kind === 'transformer') checkTransformer(net)
}

function sizesOf(net: NetSpec): [string, number][] {
  if (net.kind !== 'transformer') {
    const hidden = net.hidden.map((size): [string, number] => ['hidden', size])
    const input: [string, number][] =
      net.kind === 'mlp' ? [['input', net.input]] : Object.entries({ vocabulary: net.vocabulary, width: net.width })
    return [...input, ...hidden, ['classes', net.classes]]
  }
  const { vocabulary, width, layers, heads, kvHeads, headSize, inner, positions, head } = net
  return Object.entries({
    ...{ vocabulary, width, layers, heads, kvHeads, headSize, inner },
    ...(positions.kind === 'learned' ? { count: positions.count } : { columns: positions.columns }),
    ...(head.kind === 'classes' ? { classes: head.classes } : {}),
  })
}

function checkTransformer({ heads, kvHeads, headSize, positions, ...net }: TransformerSpec): void {
  expect(heads % kvHeads === 0, 'kvHeads', `a divisor of heads (${heads})`, kvHeads)
  if (positions.kind === 'rotary') {
    const { columns } = positions
    expect(columns % 2 === 0 && columns <= headSize, 'columns', `an even number up to headSize (${headSize})`, columns)
  }
  expect(!net.parallel || net.normOrder === 'pre', 'normOrder', 'pre, as blocks are parallel', net.normOrder)
  expect(net.causal || net.head.kind !== 'language', 'causal', 'true under a language head', net.causal)
}

/**
 * @throws Error when a batch does not fit the net: kind of input, number of features, tokens outside the vocabulary, more
 * tokens than positions
 */
export function checkBatch(net: NetSpec, batch: Batch): void {
  if (net.kind === 'mlp') {
    if (!('dense' in batch)) throw new Error('batch: expected dense features, got token lists')
    const { rows, cols, data } = batch.dense
    const fits = rows === batch.n && cols === net.input && data.length === rows * cols
    expect(fits, 'batch', `features [${batch.n}, ${net.input}]`, `[${rows}, ${cols}] of ${data.length} values`)
    return
  }
  if ('dense' in batch) throw new Error('batch: expected token lists, got dense features')
  checkLists(batch)
  const wrong = batch.tokens.find((token) => token < 0 || token >= net.vocabulary)
  expect(wrong === undefined, 'batch', `tokens below ${net.vocabulary}`, wrong)
  if (net.kind !== 'transformer' || net.positions.kind !== 'learned') return
  const { count } = net.positions
  eachLength(batch, (length, i) =>
    expect(length <= count, 'batch', `at most ${count} tokens`, `${length} in example ${i}`),
  )
}

function checkLists(batch: TokenBatch): void {
  const { n, offsets, tokens } = batch
  const got = `${offsets.length} from ${offsets[0]} to ${offsets[n]}`
  const fits = offsets.length === n + 1 && offsets[0] === 0 && offsets[n] === tokens.length
  expect(fits, 'batch', `${n + 1} offsets from 0 to ${tokens.length}`, got)
  eachLength(batch, (length, i) => expect(length >= 0, 'batch', 'offsets that never fall', `${length} in example ${i}`))
}

function eachLength({ n, offsets }: TokenBatch, visit: (length: number, example: number) => void): void {
  for (let i = 0; i < n; i++) visit(offsets[i + 1]! - offsets[i]!, i)
}

/** @throws Error when the net is no transformer */
export function expectTransformer(net: NetSpec, call: string): asserts net is TransformerSpec {
  expect(net.kind === 'transformer', call, 'a transformer', `a net of kind ${net.kind}`)
}

/** @throws Error when the net has no language head, or the batch does not fit it */
export function checkLanguage(net: NetSpec, call: string, batch: LanguageBatch): void {
  expectTransformer(net, call)
  expect(net.head.kind === 'language', call, 'a language head', 'a head of classes')
  checkBatch(net, batch)
  if (!batch.from) return
  expect(batch.from.length === batch.n, call, `${batch.n} first predicted tokens`, batch.from.length)
  const wrong = batch.from.find((from) => from < 1)
  expect(wrong === undefined, call, 'the first predicted token from 1 on', wrong)
}

/** @throws Error as `checkLanguage`, and when there is nothing to go on from, or no token to be made */
export function checkPrompts(net: NetSpec, batch: TokenBatch, most: number): void {
  checkLanguage(net, 'generate', batch)
  expect(Number.isInteger(most) && most > 0, 'generate', 'a positive number of tokens to be made', most)
  eachLength(batch, (length, i) => expect(length > 0, 'generate', 'at least one token', `none in example ${i}`))
}

/** @throws Error when the net is no transformer of so many layers, or the batch does not fit it */
export function checkFeatures(net: NetSpec, batch: TokenBatch, layer: number): asserts net is TransformerSpec {
  expectTransformer(net, 'features')
  checkBatch(net, batch)
  const exists = Number.isInteger(layer) && layer >= 0 && layer <= net.layers
  expect(exists, 'features', `a layer from 0 to ${net.layers}`, layer)
}

/** @throws Error when gradients of logits are not of their number */
export function checkSlopes(net: NetSpec, batch: Batch, { data }: Matrix): void {
  const count = batch.n * outputsOf(net)
  expect(data.length === count, 'dLogits', `${count} numbers`, data.length)
}

/** Less is nothing beside a gradient in single precision, and may divide 0 by 0 where there is none. */
const LEAST_EPSILON = 1e-30

/** @throws Error when an update could make weights of no number out of gradients of zero */
export function checkUpdate({ eps }: AdamWStep): void {
  expect(eps >= LEAST_EPSILON, 'eps', `at least ${LEAST_EPSILON}`, eps)
}

/** @throws Error when there are no gradients since the last step, load or failure */
export function expectGradients(has: boolean, call: string): void {
  expect(has, call, 'gradients first', 'none')
}
