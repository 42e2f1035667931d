// Entry of the engine process: one device, one stage at a time. Started by the app (utility process) and by the
// command line (child process); `--backend=<id>` names the backend that a stage without its own choice runs on.
import { loadBackend } from './backends'
import { openChannel } from './channel'
import { createEmitter } from './events'
import type { Request } from './protocol'
import { createRunner, messageOf } from './runner'

const channel = openChannel()
const emitter = createEmitter((events) => channel.post({ type: 'events', events }))
const runner = createRunner((event) => emitter.emit(event), loadBackend)

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

channel.onClose(() => process.exit(0))
channel.onRequest((request: Request) => {
  if (request.type === 'run') void runner.run(request.job)
  else if (request.type === 'cancel') runner.cancel(request.key)
  else void leave(0)
})
void channel.post({ type: 'ready', pid: process.pid })
