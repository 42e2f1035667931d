import type { CudaDriver, DeviceFailure } from '../../../../src-native/model'
import { KnownFailure } from '../../failure'
import type { MemoryReport } from '../learner'

/** Whether it is a device that failed, as the addon tells it. */
export const isDeviceFailure = (error: unknown): error is DeviceFailure =>
  error instanceof Error && 'code' in error && (error.code === 'W2S_FAULT' || error.code === 'W2S_FULL')

const NEW_DRIVER =
  '`sudo ubuntu-drivers install` (Ubuntu; Debian: `sudo apt-get install nvidia-driver`) and a restart put one there'
const HOLDS = '`nvidia-smi` lists what holds it; it works once that has ended.'
/** As cudaError_t numbers them; each a sentence about why there is no card to be used, and the command that mends it. */
const MENDS: Readonly<Record<number, string>> = {
  2: `The card has no memory left for another program. ${HOLDS}`,
  3: 'The driver could not be started. `sudo modprobe nvidia_uvm` loads the part of it that is often missing.',
  46: 'Another program has the card to itself. `nvidia-smi` lists it; `sudo nvidia-smi -c DEFAULT` lets several share it.',
  100: 'The driver sees no card. `nvidia-smi -L` lists what there is; CUDA_VISIBLE_DEVICES must not hide it.',
  101: 'The driver does not know a card of this number. `nvidia-smi -L` lists what there is.',
  209: 'The library has no code for this card: it is for those from compute capability 8.0 on (2020 and later). `nvidia-smi --query-gpu=compute_cap --format=csv` says which it has.',
  214: 'The card’s memory has an error that cannot be corrected. `sudo nvidia-smi --gpu-reset` clears it; if it comes again, the card is broken.',
  222: `The driver does not take what the library’s tools made (unsupported toolchain), as older ones do not. ${NEW_DRIVER}.`,
  802: 'The card is not ready yet. `sudo systemctl start nvidia-fabricmanager` starts what it waits for.',
  803: 'The driver was updated, and its old half still runs. `sudo reboot` ends that.',
  804: `The driver is too old for this card with these tools. ${NEW_DRIVER}.`,
  999: 'The driver is in a state that it does not name, as after a standby. `sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm` renews it.',
}
const TOO_OLD = 35
const STATE = '`nvidia-smi` says how the card is.'
const LOST = `What it held is lost. ${STATE}`
/** cuBLASLt's own numbers are negative: another kernel in the place of its product would round otherwise. */
const WITHOUT_LT = 'Own kernels make all products where `W2S_CUDA_LT=0` is set.'

/** Why a card cannot be used: what the driver says by its number, and the one command that mends it. */
export function mendOf(failure: DeviceFailure, { version, cuda, runtime }: CudaDriver): string {
  if (failure.code === 'W2S_FULL') return MENDS[2]!
  const { number, message } = failure
  if (cuda === 0) return `There is no NVIDIA driver. ${NEW_DRIVER}.`
  if (number !== TOO_OLD) return MENDS[number] ?? `${message}. ${STATE}`
  const driver = ['The NVIDIA driver', version].filter(Boolean).join(' ')
  const [takes, made] = [`it takes CUDA ${versionOf(cuda)}`, `the library was made with ${versionOf(runtime)}`]
  return cuda < runtime
    ? `${driver} is too old: ${takes}, ${made}. ${NEW_DRIVER}.`
    : `${driver} says that it is too old for the library (error ${TOO_OLD}), though ${takes}, and ${made}. ${STATE}`
}

/** As CUDA counts: 12040 → "12.4"; '' for none. */
export const versionOf = (cuda: number): string =>
  cuda > 0 ? `${Math.floor(cuda / 1000)}.${Math.floor((cuda % 1000) / 10)}` : ''

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(2)} GB`

/**
 * A failed device in the middle of work, as it is told: by what it held for lack of memory, else by what the driver says.
 * Anything else comes back as it is.
 * @param held what the model holds
 * @param part whether only a part of it is trained
 */
export function explained(error: unknown, held: Omit<MemoryReport, 'mirrors'>, part: boolean): unknown {
  if (!isDeviceFailure(error)) return error
  if (error.code === 'W2S_FULL') return new KnownFailure('memory', fullText(error, held, part), { cause: error })
  return new KnownFailure('card', faultText('failed in the middle of work', error, LOST), { cause: error })
}

/**
 * A device that failed at its self-test, as it is told; null of anything else.
 * @param error what a learner threw, see `explained`
 */
export function testFailureText(error: unknown): string | null {
  const failure = error instanceof KnownFailure ? error.cause : error
  if (!isDeviceFailure(failure)) return null
  return failure.code === 'W2S_FULL'
    ? `The NVIDIA card has not enough memory for its self-test: ${lackText(failure)} ${HOLDS}`
    : faultText('failed its self-test', failure, STATE)
}

type Fault = Extract<DeviceFailure, { code: 'W2S_FAULT' }>
type Full = Extract<DeviceFailure, { code: 'W2S_FULL' }>

const faultText = (did: string, { number, message }: Fault, otherwise: string) =>
  `The NVIDIA card ${did} (${message}). ${number < 0 ? WITHOUT_LT : (MENDS[number] ?? otherwise)}`

const lackText = ({ asked, free, all }: Full) =>
  `${gigabytes(asked)} more were asked for, ${gigabytes(free)} of ${gigabytes(all)} are free.`

function fullText(full: Full, held: Omit<MemoryReport, 'mirrors'>, part: boolean): string {
  const items = (['weights', 'gradients', 'moments', 'activations'] as const).map(
    (name) => `${gigabytes(held[name])} of ${name}`,
  )
  const less = part
    ? 'A smaller batch or fewer tokens of a text take less.'
    : 'A smaller batch, fewer tokens of a text, or training the last blocks alone takes less.'
  return `The NVIDIA card has not enough memory: ${lackText(full)} The training has ${items.join(', ')}. ${less}`
}
