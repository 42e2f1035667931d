import { existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../../data/folder'
import { sizeOfFolder } from '../../data/folders'
import { downloadWheel, runTool, watched } from '../../data/tools'
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
  makeFolder(tensorflowFolder())
  const holder = Number(await readFile(file, 'utf8').catch(() => ''))
  if (holder > 0 && !existsSync(`/proc/${holder}`)) await rm(file, { force: true })
  await writeFile(file, String(process.pid), { flag: 'wx' }).catch((cause: unknown) => {
    throw new Error(`libtensorflow is being installed or removed by another process (${holder}). Wait for it.`, {
      cause,
    })
  })
  return () => rm(file, { force: true })
}

// The libraries have no Python in them: any CPython's wheel will do, so a fixed one spares us the user's version.
const ANY_PYTHON = ['--python-version=3.11', '--implementation=cp', '--abi=cp311', '--abi=none']
const PLATFORMS = ['manylinux_2_27_x86_64', 'manylinux_2_25_x86_64', 'manylinux2014_x86_64'].map(
  (p) => `--platform=${p}`,
)

/** The wheel by pip; what it has so far is seen by the size of its files. */
function fetchWheel(wheel: Wheel, onProgress: InstallOptions['onProgress'], signal?: AbortSignal): Promise<string> {
  const { name, version, download: total } = wheel
  return downloadWheel(wheel, path.join(tensorflowFolder(), 'wheels', name), {
    args: [...ANY_PYTHON, ...PLATFORMS],
    onBytes: (done) => onProgress({ phase: `Downloading ${name} ${version}`, done, total }),
    signal,
  })
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
  makeFolder(site)
  const before = await sizeOfFolder(site)
  await watched(
    () => runTool('python3', ['-I', '-c', UNPACK, file, site, KEPT], { signal }),
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
  makeFolder(empty)
  const libraries: string[] = []
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    libraries.push(path.join(empty, name))
    await runTool('g++', ['-shared', '-x', 'c', '/dev/null', `-Wl,-soname,${name}`, '-o', path.join(empty, name)], {
      signal,
    })
  }
  const flags = ['-shared', '-fPIC', '-O2', '-std=c++17', '-w', '-DNAPI_VERSION=8']
  const include = [`-I${nodeApiHeaders()}`, `-I${path.join(siteFolder(gpu), 'tensorflow/include')}`]
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) =>
    path.join(bindingPackage().folder, 'binding', name),
  )
  const link = ['-Wl,--no-as-needed', ...libraries, '-Wl,-z,now', '-Wl,-rpath,$ORIGIN/tensorflow']
  await runTool('g++', [...flags, ...include, ...sources, '-o', `${out}.new`, ...link], { signal })
  await rename(`${out}.new`, out)
  await rm(empty, { recursive: true })
}
