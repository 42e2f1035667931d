import type { BagSpec, MlpSpec } from '../../../science/models/net'
import { averagingOf, poolEmbeddings, sliceExamples } from '../batches'
import type { Batch, TokenBatch } from '../learner'
import { linear, rowsOf } from './layers'
import type { Network, Piece } from './network'
import type { Parameters } from './parameters'
import type { Runtime, Tensor1D, Tensor2D } from './runtime'

/** Examples of a prediction at a time: bounds its memory. */
const CHUNK = 4096

interface Stretch extends Piece {
  start: number
  end: number
  /** Whether the embeddings get gradients. */
  tunes: boolean
}

/** Dense features, or the mean embedding of token lists, through linear layers with ReLU between. */
export class Dense implements Network<Stretch> {
  readonly #runtime: Runtime
  readonly #net: MlpSpec | BagSpec
  readonly #parameters: Parameters
  readonly #tunes: boolean

  constructor(runtime: Runtime, net: MlpSpec | BagSpec, parameters: Parameters, trainBlocks?: number) {
    this.#runtime = runtime
    this.#net = net
    this.#parameters = parameters
    this.#tunes = net.kind === 'bag' && net.tuneEmbeddings && trainBlocks === undefined
  }

  split(batch: Batch, purpose: 'training' | 'prediction'): Stretch[] {
    const chunk = purpose === 'training' ? batch.n : CHUNK
    return Array.from({ length: Math.ceil(batch.n / chunk) || 0 }, (_, i) => {
      const [start, end] = [i * chunk, Math.min(batch.n, (i + 1) * chunk)]
      const examples = Array.from({ length: end - start }, (_, at) => start + at)
      return { examples, start, end, tunes: this.#tunes && purpose === 'training' }
    })
  }

  open(whole: Batch, { start, end, tunes }: Stretch): () => Tensor2D {
    const batch = sliceExamples(whole, start, end)
    if (tunes) return () => this.#layers(this.#meanEmbeddings(batch as TokenBatch), true)
    const input = this.#input(batch)
    return () => this.#layers(input, false)
  }

  /** Features [n, width]: those of the batch, or the mean embeddings, made where they are needed as numbers alone. */
  #input(batch: Batch): Tensor2D {
    const { data, cols } =
      'dense' in batch
        ? batch.dense
        : poolEmbeddings(batch, this.#parameters.values('embeddings'), (this.#net as BagSpec).width)
    return this.#runtime.tf.tensor2d(data, [batch.n, cols])
  }

  /** Mean embedding of every text, [n, width], as the product of an averaging matrix and the rows that the batch uses. */
  #meanEmbeddings(batch: TokenBatch): Tensor2D {
    const { tokens, average } = averagingOf(batch)
    const rows = rowsOf(this.#runtime, this.#parameters.get('embeddings') as Tensor2D, tokens)
    const shares = this.#runtime.tf.tensor2d(average.data, [average.rows, average.cols])
    return linear(this.#runtime, shares, [rows], [], { inputIsTrained: false })
  }

  #layers(input: Tensor2D, inputIsTrained: boolean): Tensor2D {
    const names = [...this.#net.hidden.map((_, i) => `hidden.${i}`), 'output']
    return names.reduce((x, name, i) => {
      const [weight, bias] = [this.#parameters.get(`${name}.weight`), this.#parameters.get(`${name}.bias`)]
      return linear(this.#runtime, x, [weight as Tensor2D], [bias as Tensor1D], {
        activation: name === 'output' ? 'linear' : 'relu',
        inputIsTrained: inputIsTrained || i > 0,
      })
    }, input)
  }
}
