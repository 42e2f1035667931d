import { version } from '../../../package.json'
import type { NetSpec } from '../../science/models/net'
import type { BackendReport } from '../protocol'
import { assertInstalled, installedTensorflow } from '../tensorflow/installed'
import { installBytes } from '../tensorflow/packages'
import type { BackendId } from './kinds'
import type { Backend, Place } from './learner'
import { addonFile, addonMissing, deviceOf, isaOf, loadAddon } from './native/addon'
import { NativeLearner } from './native/learner'
import { TfLearner } from './tfjs/learner'
import type { Runtime } from './tfjs/runtime'
import { loadTensorflow } from './tfjs/tensorflow'
import { loadWasm } from './tfjs/wasm'

/** What a loaded backend has to offer. */
export interface Loaded extends Place, Pick<Backend, 'version' | 'create' | 'deviceWith'> {
  gpu: boolean
  bf16?: boolean
  /** The nets that it can build. */
  nets: readonly NetSpec['kind'][]
}

export interface Entry {
  /** Why it need not even be tried, with the command that mends it; '' when it may work. */
  missing(): string
  installed(): boolean
  /** Whether what is installed was built for a GPU. */
  forGpu(): boolean
  /** What an installation takes; null for what is not installed apart. */
  installBytes(): BackendReport['installBytes']
  /** @throws Error in words for people; an abort of native code takes the process */
  load(): Promise<Loaded>
}

const overTensorflow = async (runtime: Promise<Runtime>): Promise<Loaded> => {
  const loaded = await runtime
  const { device, threads, isa, version, gpu } = loaded
  const create: Backend['create'] = (net, init, options) =>
    new Promise((resolve) => resolve(new TfLearner(loaded, net, init, options)))
  return { device, threads, isa, version, gpu, nets: ['mlp', 'bag', 'transformer'], create }
}

/** How every backend is loaded: its folder, and an entry here and in `kinds.ts`. */
export const BACKENDS: Readonly<Record<BackendId, Entry>> = {
  cpu: {
    missing: addonMissing,
    installed: () => addonFile() !== null,
    forGpu: () => false,
    installBytes: () => null,
    load() {
      const addon = loadAddon()
      const isa = isaOf(addon)
      return Promise.resolve({
        device: deviceOf(isa, addon.threads),
        deviceWith: (threads) => deviceOf(isa, threads),
        threads: addon.threads,
        isa,
        version: `Weak-to-Strong Lab ${version}`,
        gpu: false,
        bf16: addon.bf16,
        nets: ['mlp', 'bag', 'transformer'],
        // Products in bf16 are AVX-512's own, whichever kernels are faster else.
        create: (net, init, options) =>
          NativeLearner.create(addon, net, init, { isa: options?.precision === 'bf16' ? 'avx512' : isa, ...options }),
      })
    },
  },
  tensorflow: {
    missing() {
      try {
        assertInstalled()
        return ''
      } catch (error) {
        return (error as Error).message
      }
    },
    installed: () => installedTensorflow() !== null,
    forGpu: () => installedTensorflow()?.gpu ?? false,
    installBytes: () => installBytes(installedTensorflow()?.gpu ?? false),
    load: () => overTensorflow(loadTensorflow()),
  },
  wasm: {
    missing: () => '',
    installed: () => true,
    forGpu: () => false,
    installBytes: () => null,
    load: () => overTensorflow(loadWasm()),
  },
}
