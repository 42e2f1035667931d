import { BACKENDS_IN_ORDER } from '../science/backends'
import { loadBackend } from './backends'
import { askCards } from './cards'
import { chooseBackend } from './backends/choice'
import { reportBackends, type Prober } from './backends/trial'
import { measureStages } from './measure'
import type { Errand, Message } from './protocol'
import { messageOf } from './runner'
import { installTensorflow, removeTensorflow } from './tensorflow/install'

/** Least milliseconds between two progress messages of one phase. */
const INTERVAL = 100

/**
 * Does an errand of the host and returns the answer; progress goes to `post`, `signal` ends what it started.
 * Never throws.
 */
export async function runErrand(
  errand: Errand,
  probe: Prober,
  post: (message: Message) => void,
  signal: AbortSignal,
): Promise<Message> {
  try {
    switch (errand.type) {
      case 'choose':
        return { type: 'choose', chosen: await chooseBackend(errand.wanted, probe, errand) }
      case 'report': {
        const backends = await reportBackends(
          probe,
          BACKENDS_IN_ORDER.map(({ id }) => id),
        )
        // The reports know all that choosing needs, so nothing is tried twice.
        const known: Prober = (id) => Promise.resolve(backends.find((b) => b.id === id)!)
        return { type: 'report', backends, chosen: await chooseBackend(errand.wanted, known, errand).catch(() => null) }
      }
      case 'cards':
        return { type: 'cards', cards: await askCards() }
      case 'install':
        await installTensorflow({ gpu: errand.gpu, onProgress: throttled(post), signal })
        return { type: 'install' }
      case 'uninstall':
        return { type: 'uninstall', ...(await removeTensorflow()) }
      case 'measure':
        return { type: 'measure', stages: await measureStages(errand.jobs, errand.limitMs, loadBackend, post) }
    }
  } catch (error) {
    return { type: 'problem', message: messageOf(error) }
  }
}

/** Every new phase at once, its progress now and then. */
function throttled(post: (message: Message) => void) {
  let last = { phase: '', at: 0 }
  return (progress: { phase: string; done: number; total: number }) => {
    const now = performance.now()
    if (progress.phase === last.phase && now - last.at < INTERVAL) return
    last = { phase: progress.phase, at: now }
    post({ type: 'progress', ...progress })
  }
}
