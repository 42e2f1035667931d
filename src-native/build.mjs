// Compiles the engine with the machine's own C++ compiler: no CMake, no downloads (the Node-API headers come from npm) but one that is asked for.
//
//   node src-native/build.mjs            the addon, src-native/build/w2s.node
//   node src-native/build.mjs --test     the native unit tests, src-native/build/w2s-test
//   node src-native/build.mjs --test --sanitize   the same under ASan and UBSan
//   node src-native/build.mjs --portable [--sanitize]   those of the emulation, with the fibers of processors that are not x86-64
//   node src-native/build.mjs --profile  where a training step goes, src-native/build/w2s-profile
//   node src-native/build.mjs --cuda     the library for NVIDIA cards, by nvcc, src-native/build/w2s-cuda.so
//   node src-native/build.mjs --cuda --fetch   the same, where no nvcc is by one that is fetched (nvcc.mjs)
//   node src-native/build.mjs --emulated the same for the host, where each kernel is checked as it runs (cuda/device/emulate.h)
//   node src-native/build.mjs --fake     the same as a card that tests break (cuda/fake/fake.cpp)
//   node src-native/build.mjs --fake-lt  cuBLASLt for that, which tests break too (cuda/fake/cublaslt.cpp); with --test made as well
//   node src-native/build.mjs --nvml     a driver's NVML that tests break (nvml/fake/fake.cpp), and that of an old driver
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { machineCodeOf } from './fatbinary.mjs'
import { DOWNLOAD_MB, fetchNvcc, findNvcc } from './nvcc.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const run = promisify(execFile)

const COMMON = ['-std=c++20', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', '-Wno-missing-field-initializers']
// Not -ffast-math: it reassociates chains of fused multiply-adds, which costs a third of the speed.
const FAST = ['-O3', '-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math']
const SANITIZE = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-ffp-contract=fast']
// gcc 12's own intrinsics headers set off these warnings.
const KERNELS = ['-Wno-uninitialized', '-Wno-maybe-uninitialized']
const ISAS = {
  x64: {
    avx512: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma'],
    avx512vl: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma', '-DW2S_NARROW'],
    avx2: ['-mavx2', '-mfma'],
    baseline: [],
  },
  arm64: { baseline: [] },
}

/** The first C++ compiler that runs: $CXX, c++, g++, clang++. Null: none. */
export async function findCompiler() {
  for (const name of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    if (!name) continue
    try {
      const { stdout } = await run(name, ['--version'])
      return { name, version: stdout.split('\n')[0] }
    } catch {
      continue
    }
  }
  return null
}

/**
 * The signal that ended a compiler whose run failed, or (gcc tells it in words) that ended the program that it runs; '' where none did.
 * @param {Error & { signal?: string | null, stderr?: string }} error
 */
export function endedBy({ signal, stderr = '' }) {
  return signal || (/ (\w[\w ]*) signal terminated program/.exec(stderr)?.[1] ?? '')
}

/** What it is to be told by: what it said, or which signal ended it. */
export function failureOf(error) {
  const signal = endedBy(error)
  const memory = /^(SIGKILL|Killed)$/.test(signal) ? ', as systems do where memory runs out' : ''
  return signal ? `ended by a signal (${signal})${memory}` : error.stderr || error.message
}

const sources = (...folders) =>
  folders.flatMap((folder) =>
    readdirSync(join(here, folder))
      .filter((file) => /\.(cpp|cu)$/.test(file) && file !== 'table.cpp')
      .map((file) => join(folder, file)),
  )

/** Folders of the addon's sources; '.': what stands between the processors and the calls. */
const SOURCES = ['.', 'cpu/kernels', 'cpu/pool', 'cpu/optimiser', 'cpu/model', 'cuda/open', 'nvml', 'napi']
const HEADERS = ['cpu/attention', 'cpu/gemm', 'cpu/norm', 'cuda/library']
/** What runs kernels: a card, or the host in its place. */
const CARD = [/^cuda.device.(card|queue).cu$/]
const HOST = [/^cuda.device.(host|emulate|fiber|turns|host_memory).cpp$/]
const cudaSources = (without, ...more) =>
  sources('cuda/device', 'cuda/kernels', 'cuda/lt', 'cuda/model', ...more).filter(
    (file) => !without.some((each) => each.test(file)),
  )
const objectOf = (source) => source.replace(/[/\\]/g, '-').replace(/\.(cpp|cu)$/, '.o')

/** Of all that the addon is made of, but for the compiler. */
export function sourcesHash() {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)))
  for (const folder of [...SOURCES, ...HEADERS])
    for (const file of readdirSync(join(here, folder))
      .sort()
      .filter((name) => /\.(cpp|h)$/.test(name)))
      hash.update(`\0${folder}/${file}\0`).update(readFileSync(join(here, folder, file)))
  return hash.digest('hex')
}

/** What has to be compiled: each unit a source file, its flags and the name of its object file. */
function units({ program, sanitize, arch }) {
  const flags = [...COMMON, ...(sanitize ? SANITIZE : FAST)]
  if (program === PROGRAMS.portable) return portable(flags)
  // A program has the folder of its own in the place of the calls from JavaScript.
  const folders = SOURCES.map((folder) => (folder === 'napi' ? (program?.folder ?? folder) : folder))
  const plain = sources(...folders).map((source) => ({
    source,
    flags: source.startsWith('napi') ? [...flags, `-I${headers()}`, '-DNODE_GYP_MODULE_NAME=w2s'] : flags,
    object: objectOf(source),
  }))
  // The baseline first: should the linker ever have to merge two copies of a function, it keeps the one that runs anywhere.
  const kernels = Object.entries(ISAS[arch] ?? { baseline: [] })
    .reverse()
    .map(([isa, extra]) => ({
      source: 'cpu/kernels/table.cpp',
      flags: [...flags, ...KERNELS, ...extra, `-DW2S_ISA=${isa}`],
      object: `kernels-${isa}.o`,
    }))
  const bf16 = {
    source: 'cpu/gemm/bf16.cpp',
    flags: [...flags, ...KERNELS, '-Wno-unused-function', ...ISAS.x64.avx512, '-mavx512bf16'],
    object: 'bf16.o',
  }
  const tests = program?.folder === 'test' ? emulated(flags, 'cuda/runner') : []
  return [...kernels, ...(arch === 'x64' ? [bf16] : []), ...plain, ...tests]
}

/** The kernels for the host, each checked as it runs, and the models made of them. */
const emulated = (flags, ...more) =>
  cudaSources([...CARD, /main.cpp$/], ...more).map((source) => ({
    source,
    flags: [...flags, '-O1', ...(source.endsWith('.cu') ? ['-x', 'c++'] : [])],
    object: objectOf(source),
  }))

/** The tests of the emulation where a lane is switched to as on any processor (cuda/device/fiber.h). */
const portable = (flags) =>
  [...sources('cpu/pool', 'cuda/device').filter((file) => file.endsWith('.cpp')), ...PROGRAMS.portable.tests].map(
    (source) => ({
      source,
      flags: [...flags, '-DW2S_PORTABLE_FIBERS=1'],
      object: `portable-${objectOf(source)}`,
    }),
  )

/** The library for cards: kernels by nvcc, the rest by the host's compiler, or (emulated) all of it by that. */
function libraryUnits({ nvcc, architectures, fake }) {
  const flags = [...COMMON, ...FAST]
  const plain = sources('cuda/library').map((source) => ({ source, flags, object: objectOf(source) }))
  const seam = ['network.cpp', 'spec.cpp'].map((source) => ({ source, flags, object: objectOf(source) }))
  if (fake) {
    const card = { source: 'cuda/fake/fake.cpp', flags, object: 'cuda-fake-fake.o' }
    return [...emulated(flags).filter(({ source }) => !source.endsWith('host.cpp')), card, ...plain, ...seam]
  }
  if (!nvcc) return [...emulated(flags), ...plain, ...seam]
  // An array that does not stay in registers makes a kernel many times slower: no kernel here has one that may not.
  const strict = ['-Xptxas', '--warn-on-local-memory-usage,--warn-on-spills,--warning-as-error']
  const cuda = [
    '-std=c++20',
    '-O3',
    ...strict,
    '-Xcompiler',
    '-fPIC',
    '-Xcompiler',
    '-fvisibility=hidden',
    ...architectures,
  ]
  return [
    ...cudaSources(HOST).map((source) =>
      source.endsWith('.cu')
        ? { source, flags: cuda, object: `card-${objectOf(source)}`, compiler: nvcc }
        : { source, flags, object: objectOf(source) },
    ),
    ...plain,
    ...seam,
  ]
}

function headers() {
  const require = createRequire(import.meta.url)
  return require('node-api-headers').include_dir
}

/** Files that `file` includes with quotes, and theirs. */
function dependencies(file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  for (const [, included] of readFileSync(file, 'utf8').matchAll(/^#include "(.+)"/gm))
    dependencies(resolve(dirname(file), included), found)
  return found
}

/** Machine code for each of these that nvcc knows, and last PTX of the newest, for cards to come. */
const ARCHITECTURES = [80, 86, 89, 90, 100, 120]
async function architecturesOf(nvcc, wanted) {
  const { stdout } = await run(nvcc, ['--list-gpu-arch'])
  const known = wanted.filter((arch) => stdout.includes(`compute_${arch}\n`))
  const code = known.map((arch) => `-gencode=arch=compute_${arch},code=sm_${arch}`)
  return { known, flags: [...code, `-gencode=arch=compute_${known.at(-1)},code=compute_${known.at(-1)}`] }
}

/** @throws Error when the library would not run on every card that it is meant for, with a driver alone. */
export function checkMachineCode(file, known) {
  const { cubin, ptx } = machineCodeOf(file)
  const missing = known.filter((arch) => !cubin.includes(arch))
  if (missing.length) throw new Error(`${file}: expected machine code for sm_${missing.join(', sm_')}, got ${cubin}`)
  if (!ptx.includes(known.at(-1))) throw new Error(`${file}: expected PTX of compute_${known.at(-1)}, got ${ptx}`)
}

/**
 * Compiles one unit unless its object is newer than all it is made of and was made by the same command. Moved into place, since
 * others may build at the same time.
 */
async function compile(compiler, unit, folder) {
  const source = join(here, unit.source)
  const object = join(folder, unit.object)
  const made = `${object}.${process.pid}`
  const command = [...unit.flags, '-c', source, '-o']
  const stamp = createHash('sha256')
    .update([unit.compiler ?? compiler, ...command].join('\0'))
    .digest('hex')
  const stampFile = `${object}.command`
  const newest = Math.max(...[...dependencies(source)].map((file) => statSync(file).mtimeMs))
  const fresh = existsSync(object) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
  if (!fresh || statSync(object).mtimeMs < newest) {
    await run(unit.compiler ?? compiler, [...command, made], { maxBuffer: 1 << 26 })
    renameSync(made, object)
    writeFileSync(stampFile, stamp)
  }
  return object
}

const PROGRAMS = {
  test: { folder: 'test', name: 'w2s-test' },
  profile: { folder: 'bench', name: 'w2s-profile' },
  portable: { name: 'w2s-test-portable', tests: ['test/main.cpp', 'test/emulation_test.cpp'] },
}

/**
 * Builds the addon, or a program (of the tests, or the one that profiles), and returns its path. A program that cannot be built is
 * not there afterwards; of the addon the old one stays.
 * @param {{ program?: keyof typeof PROGRAMS, sanitize?: boolean, onProgress?: (line: string) => void }} options
 * @throws Error with the compiler's output, or that there is no compiler.
 */
export async function build({ program: name, sanitize = false, onProgress = () => {} } = {}) {
  const program = name && PROGRAMS[name]
  const out = join(here, 'build', program ? `${program.name}${sanitize ? '-sanitized' : ''}` : 'w2s.node')
  try {
    return await make({ program, sanitize, onProgress, out })
  } catch (error) {
    if (program) rmSync(out, { force: true })
    throw error
  }
}

async function make({ program, sanitize, onProgress, out }) {
  const compiler = await findCompiler()
  if (!compiler) throw new Error('no C++ compiler found (looked for $CXX, c++, g++, clang++)')
  const folder = join(here, 'build', sanitize ? 'sanitized' : 'objects')
  mkdirSync(folder, { recursive: true })
  const objects = await compileAll(compiler.name, units({ program, sanitize, arch: process.arch }), folder, onProgress)
  const shared = program
    ? []
    : ['-shared', ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-s'])]
  if (program === PROGRAMS.test) await buildFakeLt({ sanitize })
  const sanitizers = sanitize ? ['-fsanitize=address,undefined'] : []
  const libraries = process.platform === 'linux' ? ['-ldl'] : []
  return link(compiler.name, [...shared, ...sanitizers, ...objects, '-pthread', ...libraries], out)
}

/**
 * Builds the library for NVIDIA cards, or (emulated, fake) the same for the host, and returns its path. `only`: for some kinds of
 * cards, beside the one for all of them.
 * @throws Error with the compiler's output, or that there is no compiler or no nvcc.
 */
export async function buildCuda({
  emulated = false,
  fake = false,
  fetch = false,
  only = ARCHITECTURES,
  onProgress = () => {},
} = {}) {
  const onHost = emulated || fake
  const compiler = await findCompiler()
  if (!compiler) throw new Error('no C++ compiler found (looked for $CXX, c++, g++, clang++)')
  if (fetch && !onHost && !(await findNvcc())) await fetchNvcc({ onProgress })
  const nvcc = onHost ? null : await findNvcc()
  if (!onHost && !nvcc)
    throw new Error(
      `no nvcc found (looked for $NVCC, nvcc, /usr/local/cuda/bin/nvcc); --fetch gets one (${DOWNLOAD_MB} MB)`,
    )
  const some = only === ARCHITECTURES ? '' : `-${only.join('-')}`
  const folder = join(here, 'build', onHost ? 'objects' : `cuda${some}`)
  mkdirSync(folder, { recursive: true })
  const { known, flags } = nvcc ? await architecturesOf(nvcc.name, only) : { known: [], flags: [] }
  const all = libraryUnits({ nvcc: nvcc?.name, architectures: flags, fake })
  const objects = await compileAll(compiler.name, all, folder, onProgress)
  const out = join(here, 'build', `w2s-cuda${fake ? '-fake' : emulated ? '-emulated' : some}.so`)
  if (onHost) return link(compiler.name, ['-shared', ...objects, '-ldl'], out)
  await link(nvcc.name, ['-shared', '-cudart', 'static', ...flags, ...objects, '-ldl'], out)
  checkMachineCode(out, known)
  return out
}

/** Builds what plays cuBLASLt in tests, and returns its path. */
export async function buildFakeLt({ sanitize = false } = {}) {
  const compiler = await findCompiler()
  if (!compiler) throw new Error('no C++ compiler found (looked for $CXX, c++, g++, clang++)')
  const folder = join(here, 'build', sanitize ? 'sanitized' : 'objects')
  mkdirSync(folder, { recursive: true })
  const flags = [...COMMON, ...(sanitize ? SANITIZE : FAST)]
  const source = 'cuda/fake/cublaslt.cpp'
  const object = await compile(compiler.name, { source, flags, object: objectOf(source) }, folder)
  const sanitizers = sanitize ? ['-fsanitize=address,undefined'] : []
  return link(compiler.name, ['-shared', ...sanitizers, object], join(folder, 'libcublasLt.so'))
}

/**
 * Builds what stands for a driver's NVML in tests, and returns the paths of a driver of today and of an old one.
 * @throws Error with the compiler's output, or that there is no compiler.
 */
export async function buildNvml() {
  const compiler = await findCompiler()
  if (!compiler) throw new Error('no C++ compiler found (looked for $CXX, c++, g++, clang++)')
  const folder = join(here, 'build', 'objects')
  mkdirSync(folder, { recursive: true })
  const made = [{ name: 'w2s-nvml-fake', flags: [] }].concat({ name: 'w2s-nvml-fake-old', flags: ['-DW2S_OLD'] })
  return Promise.all(
    made.map(async ({ name, flags }) => {
      const unit = { source: 'nvml/fake/fake.cpp', flags: [...COMMON, '-O1', ...flags], object: `${name}.o` }
      return link(
        compiler.name,
        ['-shared', await compile(compiler.name, unit, folder)],
        join(here, 'build', `${name}.so`),
      )
    }),
  )
}

/** Object files of all units, in their order. */
async function compileAll(compiler, all, folder, onProgress) {
  const objects = new Array(all.length)
  let next = 0
  const worker = async () => {
    for (let i = next++; i < all.length; i = next++) {
      onProgress(relative(here, join(here, all[i].source)))
      objects[i] = await compile(compiler, all[i], folder)
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, worker))
  return objects
}

/** Linked beside and moved into place: a process that has the old one open keeps it. */
async function link(linker, parts, out) {
  const made = `${out}.${process.pid}`
  await run(linker, [...parts, '-o', made], { maxBuffer: 1 << 26 })
  renameSync(made, out)
  return out
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2)
  const programs = Object.keys(PROGRAMS)
  const others = ['--sanitize', '--cuda', '--emulated', '--fake', '--fetch', '--fake-lt', '--nvml']
  const known = [...programs.map((name) => `--${name}`), ...others]
  const unknown = flags.find((flag) => !known.includes(flag))
  if (unknown) {
    console.error(`unknown option ${unknown}: expected ${known.join(', ')}`)
    process.exit(2)
  }
  try {
    const [sanitize, cuda, emulated, fake, fetch, lt, nvml] = others.map((flag) => flags.includes(flag))
    const program = programs.find((name) => flags.includes(`--${name}`))
    const onProgress = console.error
    if (lt) console.log(await buildFakeLt({ sanitize }))
    else if (nvml) console.log((await buildNvml()).join('\n'))
    else if (cuda || emulated || fake) console.log(await buildCuda({ emulated, fake, fetch, onProgress }))
    else console.log(await build({ program, sanitize }))
  } catch (error) {
    console.error(failureOf(error))
    process.exit(1)
  }
}
