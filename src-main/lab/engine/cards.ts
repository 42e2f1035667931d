// The cards as the lab asks for them: nvidia-smi's answer, a program of its own, and where there is none NVML's, which is opened in
// a process of its own, too. What a driver does to who asks it is nothing to the window then.
import type { Cards } from '../../data/machine/cards'
import { askCards as askSmi } from '../../data/machine/smi'
import type { SpawnEngine } from '../options'
import { runErrand } from './errands'

/** Asks for cards; who asks while somebody waits gets the same answer. What is returned never throws. */
export function createCardLook(spawnEngine: SpawnEngine, smi: () => Promise<Cards> = askSmi): () => Promise<Cards> {
  let pending: Promise<Cards> | null = null

  async function look(): Promise<Cards> {
    const found = await smi()
    if (found.why === '') return found
    // As nvidia-smi's own failure is more to the point than that of who could not be started, it stands.
    return runErrand(spawnEngine, { type: 'cards' }).then(
      ({ cards }) => cards,
      () => found,
    )
  }

  return () => (pending ??= look().finally(() => (pending = null)))
}
