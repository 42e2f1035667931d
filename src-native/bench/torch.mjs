// PyTorch as the other side of a benchmark: a process of its own, asked by lines of JSON.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './app.mjs'

export const TORCH = '2.13.0'
const CPU_INDEX = 'https://download.pytorch.org/whl/cpu'

const hasTorch = (python) => spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0
const pythonOf = (folder) => join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/**
 * An interpreter with PyTorch: the one that is named, the benchmark's own, or the machine's.
 * @returns {{ python: string } | { missing: string }}
 */
export function findTorch(named, folder) {
  const candidates = named ? [named] : [pythonOf(folder), 'python3']
  const python = candidates.find((each) => hasTorch(each))
  if (python) return { python }
  const where = named ? `${named} has none` : 'not installed'
  return { missing: `PyTorch: ${where}; \`npm run bench -- native --install\` puts ${TORCH} into ${folder}.` }
}

/** Makes a virtual environment with PyTorch. @throws Error when pip fails */
export function installTorch(folder) {
  const run = (program, args) => spawnSync(program, args, { stdio: 'inherit' }).status === 0
  const python = pythonOf(folder)
  if (!existsSync(python) && !run('python3', ['-m', 'venv', folder]))
    throw new Error(`python3 -m venv ${folder} failed: Python 3 with its module venv is needed.`)
  const install = ['-m', 'pip', 'install', '--quiet', 'numpy', `torch==${TORCH}`]
  // Without CUDA it is a tenth of the size; PyPI has it with CUDA only.
  if (!run(python, [...install, '--index-url', CPU_INDEX]) && !run(python, install))
    throw new Error(`pip install torch==${TORCH} failed, see above.`)
}

/** A fresh process. `ask(call, arguments)` resolves to its answer; `stop` ends it. */
export function startTorch(python) {
  const script = join(root, 'src-native/bench/torch_worker.py')
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exited = new Promise((done) => child.once('close', () => done(null)).once('error', () => done(null)))
  return {
    async ask(call, args = {}) {
      child.stdin.write(JSON.stringify({ call, ...args }) + '\n')
      const answer = await Promise.race([answers.next(), exited])
      if (!answer?.value) throw new Error(`PyTorch gave no answer to ${call}.`)
      return JSON.parse(answer.value)
    },
    stop: () => child.kill(),
  }
}
