import { createRequire, Module } from 'node:module'
import path from 'node:path'
import util from 'node:util'
import type * as tfjsNode from '@tensorflow/tfjs-node-gpu'
import type * as kernels from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend'
import { assertInstalled } from '../../tensorflow/installed'
import { LIBRARY_VERSION } from '../../tensorflow/packages'
import { bindingFile, bindingPackage } from '../../tensorflow/paths'
import { activator, byTarget, load, loadTf, type Runtime, type Tensor2D } from './runtime'

/** Type of what tfjs-node calls and Node 23 removed. */
interface OldUtil {
  isNullOrUndefined?: (value: unknown) => boolean
}
type KernelModule = typeof kernels
/** What tfjs-node's backend has beside TensorFlow.js' interface. */
type NodeBackend = Pick<kernels.NodeJSKernelBackend, 'isUsingGpuDevice' | 'executeSingleOutput'>

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
  // Quiet, and the same bits every time: oneDNN's kernels choose their order of summation by the machine's load.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0'
  process.env.TF_DETERMINISTIC_OPS ??= '1'
  // Products in single precision: a GPU would round their factors to 10 bits (TF32), and no result would agree to 1e-4.
  process.env.NVIDIA_TF32_OVERRIDE ??= '0'
  const old = util as OldUtil
  old.isNullOrUndefined ??= (value) => value === null || value === undefined

  const tf = loadTf()
  load('@tensorflow/tfjs-node-gpu') as typeof tfjsNode
  if (!(await tf.setBackend('tensorflow'))) throw new Error('TensorFlow.js could not start libtensorflow.')
  const backend = tf.backend() as unknown as NodeBackend
  const gpu = backend.isUsingGpuDevice
  const { createTensorsTypeOpAttr: typeOf } = load('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as KernelModule
  const segmentTypes = [
    typeOf('T', 'float32'),
    ...['Tidx', 'Tnumsegments', 'Tsegmentids'].map((name) => typeOf(name, 'int32')),
  ]
  return {
    tf,
    id: 'tensorflow',
    device: gpu ? 'GPU (CUDA 12)' : `CPU (libtensorflow${installed.gpu ? ', no GPU found' : ''})`,
    version: `TensorFlow.js ${tf.version_core}, libtensorflow ${LIBRARY_VERSION}`,
    gpu,
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
    activate: activator(tf, 'tensorflow'),
  }
}
