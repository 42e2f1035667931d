import { readdirSync, readFileSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import path from 'node:path'
import util from 'node:util'
import type * as tfjsNode from '@tensorflow/tfjs-node-gpu'
import type * as kernels from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend'
import { assertInstalled } from '../../tensorflow/installed'
import { LIBRARY_VERSION } from '../../tensorflow/packages'
import { bindingFile, bindingPackage } from '../../tensorflow/paths'
import { activator, byTarget, load, loadTf, type Runtime, type Tensor2D } from './runtime'

/** Environment of libtensorflow, read by it when it loads and at its first use. */
const SETTINGS = {
  // Errors only on stderr, whose last lines tell why a process died.
  TF_CPP_MIN_LOG_LEVEL: '3',
  // The same bits every time.
  TF_ENABLE_ONEDNN_OPTS: '0',
  TF_DETERMINISTIC_OPS: '1',
  // Eigen's own matrix kernels: a signal that is handled in the middle of one of oneDNN's products corrupts the heap,
  // seen in every run under a profiler. They are as fast at our sizes.
  TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL: '0',
  // On a GPU: full single precision (TF32 keeps 10 bits and fails the self-test), and only the memory that is used.
  NVIDIA_TF32_OVERRIDE: '0',
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
}

/** Type of what tfjs-node calls and Node 23 removed. */
interface OldUtil {
  isNullOrUndefined?: (value: unknown) => boolean
}
type KernelModule = typeof kernels
/** What tfjs-node's backend has beside TensorFlow.js' interface. */
type NodeBackend = Pick<kernels.NodeJSKernelBackend, 'isUsingGpuDevice' | 'executeSingleOutput'>

/** The first GPU's name as NVIDIA's driver has it. */
function gpuName(): string {
  try {
    const folder = '/proc/driver/nvidia/gpus'
    const facts = readFileSync(path.join(folder, readdirSync(folder)[0]!, 'information'), 'utf8')
    return /^Model:\s*(.+)$/m.exec(facts)![1]!
  } catch {
    return 'GPU'
  }
}

/**
 * Makes tfjs-node load our binding: it asks the package node-pre-gyp where its own is, and that one question is answered
 * in the package's stead. So nothing has to be put into node_modules, and nothing put back after `npm ci`.
 */
function useBinding(file: string): void {
  const asker = createRequire(path.join(bindingPackage().folder, 'package.json'))
  const id = asker.resolve('@mapbox/node-pre-gyp')
  asker.cache[id] = Object.assign(new Module(id), { filename: id, loaded: true, exports: { find: () => file } })
}

/**
 * libtensorflow through @tensorflow/tfjs-node-gpu, on the GPU when the installed library finds one.
 * @throws Error with the command that mends it when it is not installed; an abort of the library takes the process
 */
export async function loadTensorflow(): Promise<Runtime> {
  const installed = assertInstalled()
  useBinding(bindingFile(installed.gpu))
  Object.assign(process.env, SETTINGS)
  const old = util as OldUtil
  old.isNullOrUndefined ??= (value) => value === null || value === undefined

  const tf = loadTf()
  load('@tensorflow/tfjs-node-gpu') as typeof tfjsNode
  if (!(await tf.setBackend('tensorflow'))) throw new Error('TensorFlow.js could not start libtensorflow.')
  const backend = tf.backend() as unknown as NodeBackend
  const gpu = backend.isUsingGpuDevice
  const { createTensorsTypeOpAttr: typeOf } = load(
    '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend',
  ) as KernelModule
  const segmentTypes = [
    typeOf('T', 'float32'),
    ...['Tidx', 'Tnumsegments', 'Tsegmentids'].map((name) => typeOf(name, 'int32')),
  ]
  return {
    tf,
    id: 'tensorflow',
    device: gpu ? `${gpuName()} (CUDA 12)` : `CPU (libtensorflow${installed.gpu ? ', no GPU found' : ''})`,
    threads: null,
    isa: null,
    version: `TensorFlow.js ${tf.version_core}, libtensorflow ${LIBRARY_VERSION}`,
    gpu,
    // A GPU wants large pieces.
    activationBytes: gpu ? 8e9 : 1e9,
    linear(x, weight, bias, activation) {
      const product = tf.matMul<Tensor2D>(x, weight)
      const z = bias ? tf.add<Tensor2D>(product, bias) : product
      return activation === 'relu' ? tf.relu(z) : z
    },
    timesTransposedLeft: (a, b) => tf.matMul(a, b, true, false),
    timesTransposedRight: (a, b) => tf.matMul(a, b, false, true),
    sumByRow(x, rows, size) {
      const { order, targets } = byTarget(rows)
      const indices = [tf.tensor1d(order, 'int32'), tf.tensor1d(targets, 'int32'), tf.scalar(size, 'int32')]
      return backend.executeSingleOutput('SparseSegmentSumWithNumSegments', segmentTypes, [x, ...indices]) as Tensor2D
    },
    cut: (vector, sizes) => tf.split(vector, sizes),
    activate: activator(tf, 'tensorflow'),
  }
}
