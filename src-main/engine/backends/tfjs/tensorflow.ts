import util from 'node:util'
import type * as tfjsNode from '@tensorflow/tfjs-node-gpu'
import { assertLinked } from '../../tensorflow/link'
import { LIBRARY_VERSION } from '../../tensorflow/packages'
import { activator, load, loadTf, type Runtime, type Tensor2D } from './runtime'

/** Type of what tfjs-node calls and Node 23 removed. */
interface OldUtil {
  isNullOrUndefined?: (value: unknown) => boolean
}
/** What tfjs-node's backend has beside TensorFlow.js' interface. */
interface NodeBackend {
  isUsingGpuDevice: boolean
}

/**
 * libtensorflow through @tensorflow/tfjs-node-gpu, on the GPU when the installed library finds one.
 * @throws Error with the command that mends it when it is not installed; an abort of the library takes the process
 */
export async function loadTensorflow(): Promise<Runtime> {
  const installed = assertLinked()
  // Quiet, and the same bits every time: oneDNN's kernels choose their order of summation by the machine's load.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0'
  process.env.TF_DETERMINISTIC_OPS ??= '1'
  const old = util as OldUtil
  old.isNullOrUndefined ??= (value) => value === null || value === undefined

  const tf = loadTf()
  load('@tensorflow/tfjs-node-gpu') as typeof tfjsNode
  if (!(await tf.setBackend('tensorflow'))) throw new Error('TensorFlow.js could not start libtensorflow.')
  const gpu = (tf.backend() as unknown as NodeBackend).isUsingGpuDevice
  return {
    tf,
    id: 'tensorflow',
    device: gpu ? 'GPU (CUDA 12)' : `CPU (libtensorflow${installed.gpu ? ', no GPU found' : ''})`,
    version: `TensorFlow.js ${tf.version_core}, libtensorflow ${LIBRARY_VERSION}`,
    gpu,
    linear(x, weight, bias, activation) {
      const z = tf.add<Tensor2D>(tf.matMul(x, weight), bias)
      return activation === 'relu' ? tf.relu(z) : z
    },
    timesTransposedLeft: (a, b) => tf.matMul(a, b, true, false),
    timesTransposedRight: (a, b) => tf.matMul(a, b, false, true),
    activate: activator(tf, 'tensorflow'),
  }
}
