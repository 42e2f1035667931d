// A card that tests break: the library of src-native/cuda/fake behind the real addon, and the file of its conditions.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')

type Texts = 'name' | 'driver'
type Numbers =
  | 'multiprocessors'
  | 'megahertz'
  | 'compute'
  | 'cuda'
  | 'runtime'
  | 'error'
  | 'hang'
  | 'memory'
  | 'room'
  | 'fault'
  | 'after'
  | 'wrong'
  | 'quick'
/** Of all cards, or of one of several: `fault@2`. */
type OfCards<K extends string> = K | `${K}@${number}`

/** What the card does, see src-native/cuda/fake/fake.cpp. */
export type Conditions = Partial<Record<OfCards<Texts>, string> & Record<OfCards<Numbers> | 'cards', number>>

export interface FakeCard {
  library: string
  /** For processes that are to find it. */
  env: Record<'W2S_CUDA' | 'W2S_FAKE_CARD', string>
  /** From now on, in all processes. */
  set(conditions: Conditions): void
}

/** What cuBLASLt does, see src-native/cuda/fake/cublaslt.cpp. */
export type LtConditions = Partial<
  Record<'version' | 'after' | 'cost' | 'stubborn' | 'workspace' | 'wrong' | 'unsteady' | 'quick', number> &
    Record<'fail' | 'offers', string>
>

export interface FakeLt {
  file: string
  env: Record<'W2S_CUBLASLT' | 'W2S_FAKE_LT', string>
  set(conditions: LtConditions): void
}

const built = (flag: string) =>
  execFileSync(process.execPath, [path.join(ROOT, 'src-native/build.mjs'), flag], { encoding: 'utf8' }).trim()

const conditionsIn = (file: string) => (conditions: object) =>
  writeFileSync(
    file,
    Object.entries(conditions)
      .map((entry) => `${entry.join(' ')}\n`)
      .join(''),
  )

/** Builds the library whose kernels the host runs, each checked as it runs, where it is not up to date; its path. */
export const emulatedCard = (): string => built('--emulated')

/** Builds the library where it is not up to date; the card is sound. @param folder where its conditions stand */
export function fakeCardIn(folder: string): FakeCard {
  const [library, file] = [built('--fake'), path.join(folder, 'card')]
  const set = conditionsIn(file)
  set({})
  return { library, env: { W2S_CUDA: library, W2S_FAKE_CARD: file }, set }
}

/** The same of cuBLASLt on an emulated card. */
export function fakeLtIn(folder: string): FakeLt {
  const [file, conditions] = [built('--fake-lt'), path.join(folder, 'cublaslt')]
  const set = conditionsIn(conditions)
  set({})
  return { file, env: { W2S_CUBLASLT: file, W2S_FAKE_LT: conditions }, set }
}
