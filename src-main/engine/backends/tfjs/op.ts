import type { Runtime, Tensor } from './runtime'

/**
 * A piece of a net with a backward of its own: the taped one of TensorFlow.js has a kernel for every small step, keeps what
 * is not needed, and on wasm lacks some. `forward` also says what `backward` needs; that gets the gradient of the value
 * and gives those of the inputs, in their order. What either makes on its way is given back at once.
 */
export function op<T extends Tensor>(
  { tf }: Runtime,
  inputs: readonly Tensor[],
  forward: () => { value: T; saved: Tensor[] },
  backward: (dy: T, saved: Tensor[]) => Tensor[],
): T {
  const run = tf.customGrad<T>((...args) => {
    const save = args.at(-1) as unknown as (tensors: Tensor[]) => void
    const { value, saved } = forward()
    save(saved)
    return { value, gradFunc: (dy: T, kept: Tensor[]) => tf.tidy(() => backward(dy, kept)) }
  })
  return run(...inputs)
}

/** Tensors end to end along an axis. */
export function joined<T extends Tensor>({ tf }: Runtime, parts: readonly T[], axis: number): T {
  return parts.length === 1 ? parts[0]! : tf.concat(parts as T[], axis)
}
