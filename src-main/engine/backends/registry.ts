import { version } from '../../../package.json'
import type { CudaDevice } from '../../../src-native/model'
import type { BackendReport, CardReport } from '../protocol'
import { assertInstalled, installedTensorflow } from '../tensorflow/installed'
import { installBytes } from '../tensorflow/packages'
import { backendKind, type BackendId, type Precision } from '../../science/backends'
import type { Backend, Place } from './learner'
import { addonFile, addonMissing, deviceOf, isaOf, loadAddon } from './native/addon'
import { cardIdentity, cardLibrary, cardMissing, expectsCard, hashOf, productsFile, readCard } from './native/card'
import { NativeLearner } from './native/learner'
import { peakOf } from './native/peak'
import { TfLearner } from './tfjs/learner'
import type { Runtime } from './tfjs/runtime'
import { loadTensorflow } from './tfjs/tensorflow'
import { loadWasm } from './tfjs/wasm'

/** What a loaded backend has to offer. */
export interface Loaded extends Place, Pick<Backend, 'version' | 'create' | 'deviceWith' | 'peak'> {
  gpu: boolean
  precisions: readonly Precision[]
  /** Of one that computes on a card. */
  card?: Card
}

/** A card, and what its numbers depend on: what tests find of it is kept by that. */
interface Card {
  report: CardReport
  identity: string[]
  /** Bytes that nobody uses now, and all. */
  room: () => { free: number; all: number }
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
  return { device, threads, isa, version, gpu, precisions: ['fp32'], create }
}

function loadCard(): Loaded {
  const [addon, library] = [loadAddon(), cardLibrary()]
  if (!library) throw new Error(cardMissing())
  const report = readCard(addon, library)
  const [first] = addon.cudaDevices(library) as [CudaDevice]
  const { name, compute } = first
  const { version: made, choices } = report.products!
  const facts = [
    `compute ${compute}`,
    report.driver && `driver ${report.driver}`,
    choices && `cuBLASLt ${made}, choices ${choices}`,
  ]
  const kept = choices ? { products: productsFile(report, library, made) } : {}
  return {
    device: `${name} (${facts.filter(Boolean).join(', ')})`,
    ...{ threads: null, isa: null, gpu: true, precisions: backendKind('cuda').precisions },
    version: `Weak-to-Strong Lab ${version}, library ${hashOf(library).slice(0, 8)}`,
    card: {
      report,
      identity: cardIdentity(report, library),
      room() {
        const [{ free, memory: all }] = addon.cudaDevices(library) as [CudaDevice]
        return { free, all }
      },
    },
    create: (net, init, options) => NativeLearner.create(addon, net, init, { cuda: library, ...kept, ...options }),
    peak: (precision) => peakOf(first, precision),
  }
}

/** How every backend is loaded: its folder, and an entry here and in `science/backends.ts`. */
export const BACKENDS: Readonly<Record<BackendId, Entry>> = {
  cuda: {
    missing: () => addonMissing() || cardMissing(),
    installed: () => addonFile() !== null && cardLibrary() !== null,
    forGpu: expectsCard,
    installBytes: () => null,
    // What a driver throws at once is a rejection, too.
    load: () => new Promise((resolve) => resolve(loadCard())),
  },
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
        precisions: addon.bf16 ? ['fp32', 'bf16'] : ['fp32'],
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
