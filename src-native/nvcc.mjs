// NVIDIA's compiler: the machine's own, or fetched from the Python index, where it comes in four wheels without a toolkit.
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const FETCHED = join(dirname(fileURLToPath(import.meta.url)), 'build', 'nvcc')
const TREE = join(FETCHED, 'nvidia', 'cu13')

/** CUDA 13.0: the first whose wheels have nvcc itself. Bytes to download: 101 MB; 253 MB on disk. */
const WHEELS = [
  ['nvidia-cuda-nvcc', '13.0.88', '56fe502eb77625a12f25172caa3cdddb4e4c8ba2c8c17dba44b164761b380f03'],
  ['nvidia-nvvm', '13.0.88', 'c5f41ffeb6466944a026dfa5317d7d85355c119bbec279205d22f1869d1054e0'],
  ['nvidia-cuda-crt', '13.0.88', '2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4'],
  ['nvidia-cuda-runtime', '13.0.96', '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548'],
]
export const DOWNLOAD_MB = 101

/** nvcc: $NVCC, on the path, where the toolkit puts it, or fetched. Null: none. */
export async function findNvcc() {
  for (const name of [process.env.NVCC, 'nvcc', '/usr/local/cuda/bin/nvcc', join(TREE, 'bin', 'nvcc')]) {
    if (!name) continue
    try {
      const { stdout } = await run(name, ['--version'])
      return { name, version: /release ([\d.]+)/.exec(stdout)?.[1] ?? stdout }
    } catch {
      continue
    }
  }
  return null
}

/**
 * Fetches nvcc by the machine's pip (its index, proxy and certificates), each wheel by its hash, into the folder of builds; whole
 * or not at all.
 * @throws Error in words for people
 */
export async function fetchNvcc({ onProgress = () => {} } = {}) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`nvcc can be fetched for Linux on x64 alone, and this is ${process.platform} on ${process.arch}`)
  if (existsSync(join(TREE, 'bin', 'nvcc'))) return
  const making = `${FETCHED}.${process.pid}`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  try {
    onProgress(`Fetching nvcc: ${DOWNLOAD_MB} MB of ${WHEELS.length} wheels`)
    await fetchWheels(making)
    const tree = join(making, 'nvidia', 'cu13')
    // Wheels keep no modes, and nvcc looks for its libraries where the toolkit has them.
    for (const folder of ['bin', 'nvvm/bin'])
      for (const file of readdirSync(join(tree, folder))) chmodSync(join(tree, folder, file), 0o755)
    symlinkSync('lib', join(tree, 'lib64'))
    rmSync(FETCHED, { recursive: true, force: true })
    renameSync(making, FETCHED)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

async function fetchWheels(to) {
  const requirements = join(to, 'requirements.txt')
  writeFileSync(
    requirements,
    WHEELS.map(([name, version, sha256]) => `${name}==${version} --hash=sha256:${sha256}\n`).join(''),
  )
  const platforms = ['manylinux2014_x86_64', 'manylinux2010_x86_64'].map((name) => `--platform=${name}`)
  const always = ['-q', '--no-deps', '--no-cache-dir', '--require-hashes', '--only-binary=:all:', ...platforms]
  const unpack = 'import sys, zipfile\nfor file in sys.argv[2:]: zipfile.ZipFile(file).extractall(sys.argv[1])'
  try {
    await run('python3', ['-m', 'pip', 'download', ...always, '-d', to, '-r', requirements], { maxBuffer: 1 << 24 })
    const wheels = readdirSync(to).filter((name) => name.endsWith('.whl'))
    await run('python3', ['-I', '-c', unpack, to, ...wheels.map((name) => join(to, name))])
    for (const name of wheels) rmSync(join(to, name))
  } catch (error) {
    throw new Error(`nvcc could not be fetched: ${error.stderr?.trim() || error.message}`, { cause: error })
  }
}
