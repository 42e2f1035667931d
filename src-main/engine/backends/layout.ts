import type { NetSpec } from '../../science/models/model'
import { createRng, type Rng } from '../../science/rng'
import type { Tensor, Weights } from './learner'

/** Name and shape of one tensor of a net; `[in, out]` for weights, so that y = x·W + b. */
export interface TensorSpec {
  name: string
  shape: number[]
  /** The embeddings of a `bag` that does not tune them are there but get no gradient. */
  trained: boolean
}

/**
 * The tensors of a net in their fixed order: `embeddings` [vocabulary, width] of a `bag`, then for every hidden layer
 * `hidden.<i>.weight` [in, out] and `hidden.<i>.bias` [out], then `output.weight` and `output.bias`.
 */
export function tensorsOf(net: NetSpec): TensorSpec[] {
  const embeddings =
    net.kind === 'bag' ? [{ name: 'embeddings', shape: [net.vocabulary, net.width], trained: net.tuneEmbeddings }] : []
  const widths = [net.kind === 'bag' ? net.width : net.input, ...net.hidden, net.classes]
  const layers = widths.slice(1).flatMap((out, i) => {
    const name = i === net.hidden.length ? 'output' : `hidden.${i}`
    return [
      { name: `${name}.weight`, shape: [widths[i]!, out], trained: true },
      { name: `${name}.bias`, shape: [out], trained: true },
    ]
  })
  return [...embeddings, ...layers]
}

/** Number of values of a tensor. */
export function sizeOf(spec: { shape: number[] }): number {
  return spec.shape.reduce((product, side) => product * side, 1)
}

/**
 * Initial weights, the same on every backend because they come from the seed and not from the backend's own generator:
 * hidden weights uniform in ±sqrt(6 / in) (He et al. 2015, for ReLU), biases 0, output weights 0 as in the reference
 * code (openai/weak-to-strong: every student starts undecided, at the same loss), embeddings as given, else uniform with variance
 * 1 / width.
 */
export function initialWeights(net: NetSpec, seed: number, embeddings?: Float32Array): Weights {
  const rng = createRng(`weights ${seed}`)
  return tensorsOf(net).map((spec): Tensor => {
    const { name, shape } = spec
    const data = new Float32Array(sizeOf(spec))
    if (name === 'embeddings' && embeddings) {
      if (embeddings.length !== data.length)
        throw new Error(
          `embeddings: expected ${data.length} values for [${shape.join(', ')}], got ${embeddings.length}`,
        )
      data.set(embeddings)
    } else if (name === 'embeddings') fillUniform(data, Math.sqrt(3 / shape[1]!), rng)
    else if (name.startsWith('hidden') && name.endsWith('weight')) fillUniform(data, Math.sqrt(6 / shape[0]!), rng)
    return { name, shape, data }
  })
}

function fillUniform(data: Float32Array, limit: number, rng: Rng): void {
  for (let i = 0; i < data.length; i++) data[i] = limit * (2 * rng.next() - 1)
}

/** @throws Error naming the first tensor that is not as the net wants it, with the expected and the got shape */
export function checkWeights(net: NetSpec, weights: Weights): void {
  const specs = tensorsOf(net)
  specs.forEach((spec, i) => {
    const got = weights[i]
    const expected = `expected ${spec.name} [${spec.shape.join(', ')}]`
    if (!got) throw new Error(`weights: ${expected}, got nothing`)
    if (got.name !== spec.name || got.shape.join() !== spec.shape.join() || got.data.length !== sizeOf(spec))
      throw new Error(`weights: ${expected}, got ${got.name} [${got.shape.join(', ')}] of ${got.data.length} values`)
  })
  if (weights.length > specs.length)
    throw new Error(`weights: expected ${specs.length} tensors, got also ${weights[specs.length]!.name}`)
}
