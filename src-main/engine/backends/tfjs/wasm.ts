import path from 'node:path'
import type * as wasmBackend from '@tensorflow/tfjs-backend-wasm'
import { activator, byTarget, load, loadTf, type Runtime, type Tensor, type Tensor2D } from './runtime'

const FATAL = ['uncaughtException', 'unhandledRejection'] as const

/** The glue code of WebAssembly hangs handlers of its own on the process, which would end it with nothing said. */
async function withoutHandlers<T>(work: () => Promise<T>): Promise<T> {
  const before = FATAL.map((event) => process.listeners(event as 'uncaughtException'))
  const value = await work()
  FATAL.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException'))
      if (!before[i]!.includes(listener)) process.off(event, listener)
  })
  return value
}

/** What TensorFlow.js' backend has beside its interface. */
interface WasmBackend {
  wasm: { _malloc: (bytes: number) => number; _free: (at: number) => void }
}

/** Has an allocation that fails throw words: the backend itself would write to address 0. */
function refuseNoMemory({ wasm }: WasmBackend): void {
  // Its first call puts another function in its place.
  wasm._free(wasm._malloc(1))
  const allocate = wasm._malloc
  wasm._malloc = (bytes) => {
    const full = 'The 4 GB that WebAssembly can have are used up: this net needs another backend.'
    let at: number
    try {
      at = allocate(bytes)
    } catch (cause) {
      throw new Error(full, { cause })
    }
    if (at === 0) throw new Error(full)
    return at
  }
}

/**
 * The runtime that always loads: WebAssembly, one thread (threads only pay from matrices of about 512 × 512 on).
 * @throws Error when the runtime does not come up
 */
export async function loadWasm(): Promise<Runtime> {
  const tf = loadTf()
  const wasm = load('@tensorflow/tfjs-backend-wasm') as typeof wasmBackend
  wasm.setWasmPaths(
    path.join(path.dirname(load.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist', path.sep),
  )
  const started = await withoutHandlers(() => tf.setBackend('wasm'))
  if (!started) throw new Error('TensorFlow.js could not start its WebAssembly runtime.')
  refuseNoMemory(tf.backend() as unknown as WasmBackend)
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')
  return {
    tf,
    id: 'wasm',
    device: `CPU (WebAssembly${simd ? ' SIMD' : ''}, 1 thread)`,
    threads: 1,
    isa: simd ? 'wasm-simd' : 'wasm',
    version: `TensorFlow.js ${tf.version_core}`,
    gpu: false,
    activationBytes: 5e8,
    linear(x, weight, bias, activation) {
      const attributes = { transposeA: false, transposeB: false, activation, leakyreluAlpha: 0 }
      // The kernel takes stacks of matrices; a stack of one is the same values under another shape.
      const stack = (m: Tensor2D) => tf.reshape(m, [1, ...m.shape])
      const inputs = { a: stack(x), b: stack(weight), ...(bias && { bias }) }
      const y = tf.engine().runKernel<Tensor>('_FusedMatMul', inputs, attributes)
      return tf.reshape(y, [x.shape[0], weight.shape[1]])
    },
    // Transposed apart: the fast kernel takes no transposed matrices, the other one is 5 to 10 times slower.
    timesTransposedLeft: (a, b) => tf.matMul(tf.transpose(a), b),
    timesTransposedRight: (a, b) => tf.matMul(a, tf.transpose(b)),
    sumByRow(x, rows, size) {
      const { order, targets } = byTarget(rows)
      const distinct = targets.filter((target, i) => i === 0 || target !== targets[i - 1])
      let segment = -1
      const segments = targets.map((target, i) => (i === 0 || target !== targets[i - 1] ? ++segment : segment))
      const sums = tf.sparse.sparseSegmentSum(x, tf.tensor1d(order, 'int32'), tf.tensor1d(segments, 'int32'))
      const places = tf.tensor2d(distinct, [distinct.length, 1], 'int32')
      return tf.scatterND(places, sums, [size, x.shape[1]])
    },
    cut(vector, sizes) {
      // By way of numbers: the kernel copies the whole vector for every piece.
      const values = vector.dataSync<'float32'>()
      let to = 0
      return sizes.map((size) => tf.tensor1d(values.subarray(to, (to += size))))
    },
    activate: activator(tf, 'wasm'),
  }
}
