import type { Rank } from '@tensorflow/tfjs'
import { sizeOf, type TensorSpec } from '../../../science/models/net'
import { valuesOf } from '../layout'
import type { AdamWStep, GivenTensor, OptimiserState, Weights } from '../learner'
import { createAdamW, type AdamW } from './adamw'
import type { Runtime, Tensor, Tensor1D } from './runtime'

/** Number of values from which on a tensor is worth kernels of its own in an update. */
const LARGE = 1 << 18

/**
 * The weights of a net, by their names. What is trained lies in flat vectors: every large tensor is one of its own, all
 * others share one. So an update is few kernels, and nothing large is cut or joined in it. What is frozen stays where it
 * was given until a net asks for it.
 */
export class Parameters {
  readonly #runtime: Runtime
  readonly #specs: readonly TensorSpec[]
  /** The trained tensors by the flat vector that holds them. */
  readonly #groups: TensorSpec[][]
  readonly #flats: Tensor1D[] = []
  /** Every tensor that has been asked for, and all trained ones, in their own shapes. */
  #tensors = new Map<string, Tensor>()
  /** Values as numbers: of frozen tensors that are not on the device yet, and of others that were asked for so. */
  #values = new Map<string, Float32Array>()
  #optimiser: AdamW | null = null

  /** Without values at first: see `take`. */
  constructor(runtime: Runtime, specs: readonly TensorSpec[]) {
    this.#runtime = runtime
    this.#specs = specs
    const trained = specs.filter((spec) => spec.trained)
    const small = trained.filter((spec) => sizeOf(spec) < LARGE)
    const large = trained.filter((spec) => sizeOf(spec) >= LARGE)
    this.#groups = [...large.map((spec) => [spec]), ...(small.length > 0 ? [small] : [])]
  }

  /** Makes these weights the net's own, one for each of its tensors, with an optimiser that starts anew. */
  take(weights: readonly GivenTensor[]): void {
    const { tf } = this.#runtime
    const dataOf = dataIn(weights)
    const flats = this.#flatten(dataOf)
    tf.dispose([...this.#tensors.values()])
    this.#tensors.clear()
    this.#values.clear()
    for (const spec of this.#specs) if (!spec.trained) this.#values.set(spec.name, dataOf(spec).slice())
    flats.forEach((flat, i) => this.#put(flat, i))
    this.#optimiser?.dispose()
    this.#optimiser = null
  }

  /** Values of the trained tensors as new flat vectors. */
  #flatten(dataOf: (spec: TensorSpec) => Float32Array): Tensor1D[] {
    return this.#groups.map((group) => {
      const flat = new Float32Array(group.reduce((sum, spec) => sum + sizeOf(spec), 0))
      let at = 0
      for (const spec of group) {
        flat.set(dataOf(spec), at)
        at += sizeOf(spec)
      }
      return this.#runtime.tf.tensor1d(flat)
    })
  }

  has(name: string): boolean {
    return this.#tensors.has(name) || this.#values.has(name)
  }

  /** A tensor on the device. */
  get(name: string): Tensor {
    const found = this.#tensors.get(name)
    if (found) return found
    const { tf } = this.#runtime
    const { shape } = this.#specs.find((spec) => spec.name === name)!
    const tensor = tf.keep(tf.tensor(this.#values.get(name)!, shape))
    this.#values.delete(name)
    this.#tensors.set(name, tensor)
    return tensor
  }

  /** A tensor's values, [..] row-major; not to be changed. */
  values(name: string): Float32Array {
    const values = this.#values.get(name) ?? this.#tensors.get(name)!.dataSync<'float32'>()
    this.#values.set(name, values)
    return values
  }

  /** What gets gradients, in the order of the flat vectors. */
  get trained(): Tensor[] {
    return this.#groups.flat().map(({ name }) => this.#tensors.get(name)!)
  }

  /** Gradients in the order of `trained` as flat vectors; zeros where there is none. */
  join(gradients: readonly (Tensor | undefined)[]): Tensor1D[] {
    const { tf } = this.#runtime
    const rest = this.#groups.flat().map((spec, i) => {
      const gradient = gradients[i]
      return gradient ? tf.reshape<Rank.R1>(gradient, [gradient.size]) : tf.zeros<Rank.R1>([sizeOf(spec)])
    })
    return this.#groups.map((group) => {
      const own = rest.splice(0, group.length)
      return own.length === 1 ? own[0]! : tf.concat1d(own)
    })
  }

  /** Takes memory for moments, at zero, unless it has been taken. */
  beginTraining(): AdamW {
    return (this.#optimiser ??= createAdamW(
      this.#runtime,
      this.#flats.map((flat) => flat.size),
    ))
  }

  /** One AdamW update from gradients as flat vectors. */
  step(gradients: readonly Tensor1D[], update: AdamWStep): void {
    const next = this.beginTraining().begin(gradients, update)
    for (const [i, flat] of this.#flats.entries()) this.#put(next(flat, i), i)
  }

  saveOptimiser(): OptimiserState {
    const { updates, means, squares } = this.beginTraining().state()
    return { updates, first: this.read(means), second: this.read(squares) }
  }

  restoreOptimiser({ updates, first, second }: OptimiserState): void {
    const [means, squares] = [first, second].map((moment) => this.#flatten(dataIn(moment)))
    this.#optimiser?.dispose()
    const sizes = this.#flats.map((flat) => flat.size)
    this.#optimiser = createAdamW(this.#runtime, sizes, { updates, means: means!, squares: squares! })
  }

  /** Flat vectors as named tensors, in the order of the net's. */
  read(flats: readonly Tensor1D[]): Weights {
    const found = new Map<string, Float32Array>()
    flats.forEach((flat, i) => {
      const values = flat.dataSync<'float32'>()
      for (const { name, from, to } of this.#places(i)) found.set(name, values.slice(from, to))
    })
    return this.#specs
      .filter(({ name }) => found.has(name))
      .map(({ name, shape }) => ({ name, shape, data: found.get(name)! }))
  }

  /** All weights, in the order of the net's. */
  save(): Weights {
    const trained = new Map(this.read(this.#flats).map((tensor) => [tensor.name, tensor]))
    const frozen = (name: string) => this.#values.get(name)?.slice() ?? this.#tensors.get(name)!.dataSync<'float32'>()
    return this.#specs.map(({ name, shape }) => trained.get(name) ?? { name, shape, data: frozen(name) })
  }

  /** In bytes. `mirrors`: copies, in another shape or as numbers. */
  memory(): { weights: number; mirrors: number; moments: number; gradients: number } {
    const bytes = (sizes: readonly number[]) => 4 * sizes.reduce((sum, size) => sum + size, 0)
    const trained = bytes(this.#flats.map((flat) => flat.size))
    const shared = bytes(this.#flats.filter((_, i) => this.#groups[i]!.length > 1).map((flat) => flat.size))
    const copied = bytes(
      [...this.#values].filter(([name]) => this.#tensors.has(name)).map(([, values]) => values.length),
    )
    return {
      weights: bytes(this.#specs.map(sizeOf)),
      mirrors: shared + copied,
      moments: this.#optimiser ? 2 * trained : 0,
      gradients: trained,
    }
  }

  dispose(): void {
    this.#runtime.tf.dispose([this.#flats, ...this.#tensors.values()])
    this.#optimiser?.dispose()
  }

  /** Makes this the i-th flat vector; the one before is given back. */
  #put(flat: Tensor1D, i: number): void {
    const { tf } = this.#runtime
    this.#flats[i]?.dispose()
    this.#flats[i] = flat
    for (const { name, from, to } of this.#places(i)) {
      const { shape } = this.#specs.find((spec) => spec.name === name)!
      const tensor = tf.tidy(() => tf.reshape(to - from === flat.size ? flat : tf.slice(flat, from, to - from), shape))
      this.#tensors.get(name)?.dispose()
      this.#tensors.set(name, tensor)
      this.#values.delete(name)
    }
  }

  /** Which values of a flat vector are which tensor. */
  #places(i: number): { name: string; from: number; to: number }[] {
    let to = 0
    return this.#groups[i]!.map((spec) => {
      const from = to
      to += sizeOf(spec)
      return { name: spec.name, from, to }
    })
  }
}

/** The values of given tensors, by a tensor's name. @throws Error naming the one that was not given */
function dataIn(given: readonly GivenTensor[]): (spec: TensorSpec) => Float32Array {
  const byName = new Map(given.map((tensor) => [tensor.name, tensor]))
  return ({ name }) => {
    const found = byName.get(name)
    if (!found) throw new Error(`tensors: expected ${name}, got nothing`)
    return valuesOf(found)
  }
}
