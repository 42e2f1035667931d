// Entry of the engine process: one device, one stage at a time. The app starts it as a utility process, the command
// line as a child process; both speak the one protocol.
import { fileURLToPath } from 'node:url'
import { loadBackend } from './backends'
import { createProber, probeOf } from './backends/probe'
import { distrustCards, tryBackend } from './backends/trial'
import { openChannel } from './channel'
import { runErrand } from './errands'
import { createEmitter } from './events'
import { createRunner, messageOf } from './runner'

const channel = openChannel()
const emitter = createEmitter((events) => channel.post({ type: 'events', events }))
const runner = createRunner((event) => {
  // First: who hears of it ends this process.
  if (event.type === 'state' && event.state === 'failed' && event.cause === 'card') distrustCards()
  emitter.emit(event)
}, loadBackend)
const probe = createProber(fileURLToPath(import.meta.url))

async function leave(code: number): Promise<never> {
  await emitter.flush()
  process.exit(code)
}

/** Nothing is known about the process after this: the running stage is failed, and the host starts another process. */
async function crash(error: unknown): Promise<void> {
  console.error(error)
  const key = runner.running
  if (key !== null)
    emitter.emit({ type: 'state', key, state: 'failed', at: Date.now(), error: `Engine error: ${messageOf(error)}` })
  await leave(1)
}
process.on('uncaughtException', (error) => void crash(error))
process.on('unhandledRejection', (reason) => void crash(reason))

// Ctrl+C reaches every process of a terminal; what it means is the host's to say.
process.on('SIGINT', () => undefined)

/** Ends the programs that an installation runs, too. */
const leaving = new AbortController()
channel.onClose(() => {
  leaving.abort()
  process.exit(0)
})
channel.onRequest((request) => {
  if (request.type === 'run') void runner.run(request.job)
  else if (request.type === 'cancel') runner.cancel(request.key)
  else if (request.type === 'pause') runner.pause(request.paused)
  else if (request.type === 'exit') void leave(0)
  else
    void runErrand(request, probe, (message) => void channel.post(message), leaving.signal).then((answer) =>
      channel.post(answer),
    )
})

const tried = probeOf(process.argv)
if (tried) {
  const report = await tryBackend(tried.id, tried.timed)
  await channel.post({ type: 'report', backends: [report], chosen: null })
  await leave(0)
}
void channel.post({ type: 'ready', pid: process.pid })
