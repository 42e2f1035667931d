// How a process fares that has loaded the addon: it ends, and outlives want of memory and of threads.
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAddon } from './native'

let file: string
beforeAll(() => {
  file = buildAddon()
}, 300_000)

const SECONDS = 20
const WIDE = { kind: 'mlp', input: 512, hidden: [512, 512], classes: 2 }

/** The module of a script that finds the addon as `addon`, and `data`. */
const moduleOf = (script: string, data: unknown) => `
    import { spawnSync } from 'node:child_process'
    import { readFileSync } from 'node:fs'
    import { createRequire } from 'node:module'
    import { parentPort, Worker } from 'node:worker_threads'
    const data = ${JSON.stringify(data)}
    const addon = createRequire(import.meta.url)(${JSON.stringify(file)})
    ${script}`

/** What such a script has written; its process must end by itself, soon and well. */
async function outputOf(script: string, data: unknown = null): Promise<string> {
  const flags = ['--input-type=module', '-e', moduleOf(script, data)]
  const { stdout } = await promisify(execFile)(process.execPath, flags, {
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
  })
  return stdout.trim()
}

/** Leaves a job of some tenths of a second to run. */
const BEGIN = `
    const model = new addon.Model(data, { threads: 2 })
    await model.initialise(1)
    const job = model.forward({ n: 4_000, dense: new Float32Array(4_000 * data.input) }, false)`

describe('a process that has loaded the addon ends', { timeout: SECONDS * 2000 }, () => {
  it('by itself, when it has asked for nothing', async () => {
    expect(await outputOf(`console.log('end')`)).toBe('end')
  })

  it('by itself, once its jobs are done', async () => {
    expect(await outputOf(`${BEGIN}; job.then((logits) => console.log(logits.length))`, WIDE)).toBe('8000')
  })

  it('when told to, in the middle of a job', async () => {
    expect(await outputOf(`${BEGIN}; console.log('leaving'); process.exit(0)`, WIDE)).toBe('leaving')
  })

  it('as does a thread of it, by itself or in the middle of a job', async () => {
    const script = `
      const idle = new Worker(data.idle, { eval: true })
      console.log('ended', await new Promise((resolve) => idle.once('exit', resolve)))
      const busy = new Worker(data.busy, { eval: true })
      await new Promise((resolve) => busy.once('message', resolve))
      console.log('terminated', await busy.terminate())`
    const idle = moduleOf('', null)
    const busy = moduleOf(`${BEGIN}; parentPort.postMessage('busy'); await job`, WIDE)
    expect(await outputOf(script, { idle, busy })).toBe('ended 0\nterminated 1')
  })
})

const noLimits = process.platform !== 'linux' || spawnSync('prlimit', ['--version']).status !== 0

/** Lets the process have so much more memory, as the system counts it; without an argument any amount. */
const ALLOW = `
    const allow = (more) => {
      const [, kilobytes] = /VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
      const most = more === undefined ? 'unlimited' : kilobytes * 1024 + more
      spawnSync('prlimit', ['--pid', String(process.pid), '--as=' + most])
    }`

describe.skipIf(noLimits)('where there is not enough', { timeout: SECONDS * 2000 }, () => {
  it.each([1e8, 3e8, 6e8])(
    'memory (%d bytes more), generating says so and leaves the model as it was',
    async (more) => {
      const script = `${ALLOW}
      const model = new addon.Model(data, { threads: 1 })
      await model.initialise(1)
      const texts = (n) => ({ n: 1, tokens: new Int32Array(n).fill(3), offsets: Int32Array.of(0, n) })
      const before = await model.forward(texts(40))
      const long = texts(300_000)
      allow(${more})
      await model.generate(long, { most: 2 }).catch((error) => console.log(error.message))
      allow()
      const after = await model.forward(texts(40))
      console.log(before.every((x, i) => x === after[i]))`
      const spec = {
        ...{ kind: 'transformer', vocabulary: 50, width: 32, layers: 2, heads: 2, kvHeads: 2, headSize: 16, inner: 64 },
        ...{ positions: { kind: 'rotary', columns: 2, base: 1e4 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5 },
        ...{ normOrder: 'pre', parallel: false, causal: true, activation: 'relu', pooling: 'last' },
        ...{ bias: { qkv: true, out: true, mlp: true }, head: { kind: 'language', tied: true } },
      }
      expect(await outputOf(script, spec)).toBe('not enough memory\ntrue')
    },
  )

  it('threads, a model is refused', async () => {
    const script = `${ALLOW}
      allow(1e8)
      try {
        new addon.Model(data, { threads: 64 })
      } catch (error) {
        console.log('refused:', error.message)
      }
      allow()
      const model = new addon.Model(data, { threads: 2 })
      await model.initialise(1)
      console.log('made')`
    expect(await outputOf(script, WIDE)).toMatch(/^refused: .+\nmade$/)
  })
})
