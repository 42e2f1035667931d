// The command line's door. It answers Ctrl+C from its first moment on; all the rest is loaded behind it.
import { answerInterrupts, interrupted } from './cli/interrupt'
import { createOutput } from './cli/output'

const argv = process.argv.slice(2)
answerInterrupts(() => process.exit(interrupted(argv[0] ?? null, createOutput(argv.includes('--json')))))

// `w2s list | head` closes our stdout before we have said everything: nothing is left to do then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const { start } = await import('./cli/start')
process.exitCode = await start(argv, import.meta.dirname)
