import { loadBackend } from '../../src-main/engine/backends'
import { createEmitter } from '../../src-main/engine/events'
import { createRunner } from '../../src-main/engine/runner'
import type { ChosenBackend } from '../../src-main/engine/protocol'
import type { SpawnEngine } from '../../src-main/lab/options'

/** The engine, on wasm, in the thread that asks for it: it has the variants that only this thread knows. */
export const engineHere: SpawnEngine = (onMessage, onExit) => {
  const emitter = createEmitter((events) => Promise.resolve(onMessage({ type: 'events', events })))
  const runner = createRunner((event) => emitter.emit(event), loadBackend)
  const chosen: ChosenBackend = {
    id: 'wasm',
    device: 'wasm',
    version: '',
    reason: 'asked for',
    gpu: false,
    precisions: ['fp32'],
    cards: [],
    next: null,
  }
  const leave = () => onExit({ code: 0, signal: null, stderr: [] })
  setImmediate(() => onMessage({ type: 'ready', pid: process.pid }))
  return {
    pid: process.pid,
    post(request) {
      if (request.type === 'run') void runner.run(request.job)
      else if (request.type === 'choose') onMessage({ type: 'choose', chosen })
      else if (request.type === 'exit') leave()
    },
    kill: leave,
  }
}
