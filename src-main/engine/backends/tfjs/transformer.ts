import type { TransformerSpec } from '../../../science/models/net'
import type { Batch, TokenBatch } from '../learner'
import { geluErf, geluTanh, relu, swiglu } from './activations'
import { attention, type Heads } from './attention'
import { add, linear, meanRows, norm, rowsOf, unembed, withZeroRows } from './layers'
import type { LanguageHead } from './language'
import type { Network } from './network'
import { packParts, type Part } from './packing'
import type { Parameters } from './parameters'
import { openPass, type Pass } from './pass'
import type { Runtime, Tensor1D, Tensor2D } from './runtime'

export interface TransformerOptions {
  /** As in `LearnerOptions`. */
  trainBlocks?: number
  /** What a training pass may keep for its backward, in bytes. */
  activationBytes: number
  /** Whether the last block computes only what the head reads; the results are the same. */
  shortcut: boolean
}

/**
 * From the rows that attention reads, and those that ask where they are fewer, to what it makes of them, [rows that ask,
 * heads · size].
 */
type Attend = (rows: Tensor2D, asking: Tensor2D | null) => Tensor2D
type Stage = (x: Tensor2D | null) => Tensor2D

/** Transformers of every description, as matrices of rows: a row is a token (or padding) of some example. */
export class Transformer implements Network<Part> {
  readonly heads: Heads
  /** Stages (embeddings, blocks, what the head reads) before the first that learns: they need no tape. */
  readonly #frozen: number

  constructor(
    readonly runtime: Runtime,
    readonly net: TransformerSpec,
    readonly parameters: Parameters,
    readonly options: TransformerOptions,
  ) {
    const { layers, heads, kvHeads, headSize } = net
    const { trainBlocks = Infinity } = options
    this.heads = { queries: heads, keys: kvHeads, size: headSize }
    this.#frozen = trainBlocks === Infinity ? 0 : trainBlocks === 0 ? layers + 2 : layers - trainBlocks + 1
  }

  /** `generation`: one bucket a part. */
  split(batch: Batch, purpose: 'training' | 'prediction' | 'generation'): Part[] {
    const { width, layers, inner, heads, kvHeads, headSize, activation } = this.net
    const columns = 12 * width + 3 * (heads + 2 * kvHeads) * headSize + inner * (activation === 'swiglu' ? 6 : 4)
    // Without a backward every block gives its memory back.
    const kept = purpose === 'training' ? layers : 2
    const bucketRows = this.runtime.gpu ? 4096 : Math.ceil(5e5 / width ** 2)
    return packParts(batch as TokenBatch, {
      bucketRows: purpose === 'generation' ? Infinity : bucketRows,
      rowCost: (length) => 1 + length / (4 * width),
      sizeOf: (length) => 4 * kept * length * (columns + 2 * heads * length),
      size: this.options.activationBytes,
    })
  }

  open(batch: Batch, part: Part): () => Tensor2D {
    const { pooling, head } = this.net
    const pass = this.openPass(batch as TokenBatch, part, this.options.shortcut && pooling !== 'mean')
    const pooled = this.#through(pass, (x) => this.#pooled(pass, x))
    return () => (head.kind === 'language' ? this.unembed(pooled()) : this.linear(pooled(), 'head'))
  }

  /** The weight that a language head reads with. */
  get languageHead(): LanguageHead {
    const { head } = this.net
    const isTied = head.kind === 'language' && head.tied
    const isTrained = !isTied || this.options.trainBlocks === undefined
    return { weight: this.#matrix(isTied ? 'tokens.weight' : 'head.weight'), isTied, isTrained }
  }

  /** As `open`, but up to hidden states of single rows, [rows, width], for a language head to read. */
  openRows(batch: TokenBatch, part: Part, rows: Int32Array): () => Tensor2D {
    const pass = this.openPass(batch, part, false)
    return this.#through(pass, (x) => this.lastNorm(rowsOf(this.runtime, x, rows)))
  }

  /** [examples of the part, width]: hidden states after so many blocks as the head would read them, off the tape. */
  features(batch: TokenBatch, part: Part, layer: number): Tensor2D {
    const isLast = layer === this.net.layers
    const pass = this.openPass(batch, part, false)
    if (part.rows === 0) return this.#zeros(part)
    const states = this.#run(this.#stages(pass).slice(0, layer + 1), null)
    return this.#pooled(pass, states, isLast)
  }

  openPass(batch: TokenBatch, part: Part, shortens: boolean): Pass {
    return openPass(this.runtime, this.net, batch, part, shortens)
  }

  /** Token embeddings and what is added to them, [tokens, width]. */
  embed(tokens: Int32Array, positions: Int32Array): Tensor2D {
    const { net, runtime } = this
    const table = (name: string, rows: Int32Array) => rowsOf(runtime, this.#matrix(`${name}.weight`), rows)
    let x = table('tokens', tokens)
    if (net.positions.kind === 'learned') x = add(runtime, x, table('positions', positions))
    if (net.tokenTypes > 0) x = add(runtime, x, table('types', new Int32Array(tokens.length)))
    return net.normOrder === 'post' ? this.norm(x, 'embeddingNorm') : x
  }

  /** A block of rows x. `asking`: the only rows whose result is wanted. */
  block(x: Tensor2D, layer: number, attend: Attend, asking: Int32Array | null = null): Tensor2D {
    const { runtime, net } = this
    const at = `blocks.${layer}`
    const normed = (y: Tensor2D, name: string) => this.norm(y, `${at}.${name}`)
    const base = asking ? rowsOf(runtime, x, asking) : x
    if (net.normOrder === 'post') {
      const middle = normed(add(runtime, base, this.linear(attend(x, asking && base), `${at}.out`)), 'norm1')
      return normed(add(runtime, middle, this.#mlp(middle, at)), 'norm2')
    }
    const attended = this.linear(attend(normed(x, 'norm1'), asking && normed(base, 'norm1')), `${at}.out`)
    const middle = add(runtime, base, attended)
    return add(runtime, middle, this.#mlp(normed(net.parallel ? base : middle, 'norm2'), at))
  }

  /** The norm that a net with norms before its parts has at its end. */
  lastNorm(x: Tensor2D): Tensor2D {
    return this.net.normOrder === 'pre' ? this.norm(x, 'norm') : x
  }

  norm(x: Tensor2D, name: string): Tensor2D {
    const { net, parameters } = this
    const beta = net.norm === 'layer' ? (parameters.get(`${name}.bias`) as Tensor1D) : null
    return norm(this.runtime, x, parameters.get(`${name}.weight`) as Tensor1D, beta, net.normEpsilon)
  }

  /** x·W + b with the weights of all these names side by side, and biases where there are some. */
  linear(x: Tensor2D, ...names: string[]): Tensor2D {
    const { parameters } = this
    const weights = names.map((name) => this.#matrix(`${name}.weight`))
    const biases = names.map((name) => `${name}.bias`).filter((name) => parameters.has(name))
    const vectors = biases.map((name) => parameters.get(name) as Tensor1D)
    return linear(this.runtime, x, weights, vectors)
  }

  /** Queries, keys and values of a block, side by side. */
  project(rows: Tensor2D, layer: number): Tensor2D {
    return this.linear(rows, `blocks.${layer}.q`, `blocks.${layer}.k`, `blocks.${layer}.v`)
  }

  /** Logits of the next token, [rows, vocabulary]. */
  unembed(x: Tensor2D): Tensor2D {
    const { weight, isTied } = this.languageHead
    return isTied ? unembed(this.runtime, x, weight) : this.linear(x, 'head')
  }

  #matrix(name: string): Tensor2D {
    return this.parameters.get(name) as Tensor2D
  }

  #mlp(x: Tensor2D, at: string): Tensor2D {
    const { runtime } = this
    const up = this.linear(x, `${at}.up`)
    switch (this.net.activation) {
      case 'relu':
        return this.linear(relu(runtime, up), `${at}.down`)
      case 'gelu-tanh':
        return this.linear(geluTanh(runtime, up), `${at}.down`)
      case 'gelu-erf':
        return this.linear(geluErf(runtime, up), `${at}.down`)
      case 'swiglu':
        return this.linear(swiglu(runtime, this.linear(x, `${at}.gate`), up), `${at}.down`)
    }
  }

  /** Embeddings, then blocks. */
  #stages(pass: Pass): Stage[] {
    const { runtime, heads } = this
    const { layers } = this.net
    const blocks = Array.from({ length: layers }, (_, layer): Stage => {
      const all: Attend = (rows) => attention(runtime, heads, pass.views, this.project(rows, layer))
      return (x) => this.block(x!, layer, all)
    })
    const { shortViews } = pass
    if (shortViews) {
      const at = `blocks.${layers - 1}`
      const few: Attend = (rows, asking) => {
        const keysAndValues = this.linear(rows, `${at}.k`, `${at}.v`)
        return attention(runtime, heads, shortViews, keysAndValues, this.linear(asking!, `${at}.q`))
      }
      blocks[layers - 1] = (x) => this.block(x!, layers - 1, few, pass.readRows)
    }
    return [() => this.embed(pass.tokens, pass.positions), ...blocks]
  }

  /** All stages, the last of them given: those that learn nothing at once, the others by a call of the result. */
  #through(pass: Pass, read: (x: Tensor2D) => Tensor2D): () => Tensor2D {
    if (pass.part.rows === 0) return () => this.#zeros(pass.part)
    const stages = [...this.#stages(pass), (x: Tensor2D | null) => read(x!)]
    const start = this.#frozen > 0 ? this.#run(stages.slice(0, this.#frozen), null) : null
    return () => this.#run(stages.slice(this.#frozen), start)
  }

  /** What the head reads of a part whose examples have no tokens. */
  #zeros({ empty }: Part): Tensor2D {
    return this.runtime.tf.zeros([empty, this.net.width])
  }

  #run(stages: readonly Stage[], start: Tensor2D | null): Tensor2D {
    return stages.reduce((x, stage) => this.runtime.tf.tidy(() => stage(x)), start)!
  }

  /** What the head reads, [examples of the part, width]; zeros for those without tokens. */
  #pooled(pass: Pass, x: Tensor2D, normalises = true): Tensor2D {
    const { runtime, net } = this
    const normed = (y: Tensor2D) => (normalises ? this.lastNorm(y) : y)
    const { buckets, empty } = pass.part
    const read = () => {
      if (net.pooling === 'mean') return meanRows(runtime, normed(x), buckets)
      return normed(pass.shortViews ? x : rowsOf(runtime, x, pass.readRows))
    }
    return empty > 0 ? withZeroRows(runtime, read(), empty) : read()
  }
}
