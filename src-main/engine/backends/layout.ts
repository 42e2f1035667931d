import { transpose } from '../../data/checkpoints/layouts'
import { sizeOf, tensorsOf, type NetSpec, type Start, type TensorSpec } from '../../science/models/net'
import { createRng, type Rng } from '../../science/maths/rng'
import type { GivenTensor, Init } from './learner'

/**
 * The weights of a net, all of them and in their order: those given, and the others decided by the seed, so that they
 * are the same on every backend. What is given is not copied.
 * @throws Error naming the first tensor that is not as the net wants it, with the expected and the got shape
 */
export function weightsOf(net: NetSpec, init: Init): GivenTensor[] {
  const specs = tensorsOf(net)
  const given = new Map((init.weights ?? []).map((tensor) => [tensor.name, tensor]))
  const unknown = init.weights?.find(({ name }) => !specs.some((spec) => spec.name === name))
  if (unknown) throw new Error(`weights: expected the tensors of a net of kind ${net.kind}, got also ${unknown.name}`)
  const rng = 'seed' in init ? createRng(`weights ${init.seed}`) : null
  return specs.map((spec) => {
    const tensor = given.get(spec.name)
    if (tensor) return checked(spec, tensor)
    if (rng) return { name: spec.name, shape: spec.shape, data: started(sizeOf(spec), spec.start, rng) }
    throw new Error(`weights: expected ${spec.name} ${shown(spec.shape)}, got nothing`)
  })
}

const shown = (shape: readonly number[]) => `[${shape.join(', ')}]`

function checked(spec: TensorSpec, tensor: GivenTensor): GivenTensor {
  const { name, shape, data, transposed } = tensor
  const expected = transposed ? spec.shape.toReversed() : spec.shape
  if (shape.join() !== expected.join() || data.length !== sizeOf(spec))
    throw new Error(
      `weights: expected ${name} ${shown(expected)}${transposed ? ' (transposed)' : ''}, got ${name} ${shown(shape)} of ${data.length} values`,
    )
  return tensor
}

function started(size: number, start: Start, rng: Rng): Float32Array {
  const data = new Float32Array(size)
  if (start.kind === 'ones') data.fill(1)
  else if (start.kind === 'uniform') for (let i = 0; i < size; i++) data[i] = start.limit * (2 * rng.next() - 1)
  else if (start.kind === 'normal') for (let i = 0; i < size; i++) data[i] = start.deviation * rng.normal()
  return data
}

/** The values of a tensor in the app's layout, [in, out]; turned if they were given otherwise. */
export function valuesOf({ shape, data, transposed }: GivenTensor): Float32Array {
  const [rows, cols] = shape
  return transposed && cols !== undefined ? transpose(data, rows!, cols) : data
}
