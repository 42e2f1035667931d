// A better-sqlite3 that loads in this Node and in the Electron runtime. Its prebuild wants Node-API 10, which Node 20
// and Electron before 36 lack (loading it there ends the process). Then the same source is compiled as Node-API 9.
import { copyFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cache,
  exists,
  installedVersion,
  modules,
  notes,
  root,
  run,
  SetupError,
  sha256,
  tail,
  timed,
} from './common.mjs'
import { electronBinary, electronVersion } from './electron.mjs'
import { makeFolder } from './folder.mjs'
import { patchSource } from './sqlite-patch.mjs'
import { ensureTools } from './system.mjs'

const home = join(modules, 'better-sqlite3')
const compiled = join(home, 'build', 'Release', 'better_sqlite3.node')

// Statements come and go by the thousand, so that finalizers run inside garbage collections too.
const PROBE = `
  const db = new (require('better-sqlite3'))(':memory:')
  db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)')
  for (let i = 0; i < 3000; i++) db.prepare('INSERT INTO t (b) VALUES (?)').run('row ' + i)
  if (db.prepare('SELECT count(*) AS n FROM t').get().n !== 3000) process.exit(3)
  process.stdout.write('loads')`

/** Whether the installed addon works in a runtime. It is tried in a process of its own, because it may crash. */
async function loadsIn(binary, env) {
  const result = await run(binary, ['-e', PROBE], { env: { ...process.env, ...env }, timeoutMs: 60_000 })
  return result.ok && result.output.endsWith('loads')
}

/** The runtimes that have to load the addon: this Node, and Electron when there is one. */
function runtimes() {
  const node = { name: `node ${process.version}`, binary: process.execPath, env: {} }
  const electron = {
    name: `electron ${electronVersion()}`,
    binary: electronBinary(),
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }
  return electron.binary ? [node, electron] : [node]
}

const fingerprint = () => sha256(exists(compiled) ? readFileSync(compiled) : installedVersion('better-sqlite3'))

/** Compiles the patched source; no headers are downloaded and no build system is needed. Returns nothing. */
async function compile(target) {
  await ensureTools('sqlite', { cc: 'gcc', 'c++': 'g++' })
  const work = mkdtempSync(join(tmpdir(), 'better-sqlite3-'))
  try {
    cpSync(join(home, 'src'), join(work, 'src'), { recursive: true })
    cpSync(join(home, 'deps'), join(work, 'deps'), { recursive: true })
    patchSource(join(work, 'src'))
    const includes = ['node-api-headers/include', 'node-addon-api'].map((path) => `-I${join(modules, path)}`)
    const gypi = readFileSync(join(home, 'deps', 'defines.gypi'), 'utf8')
    const defines = [...gypi.matchAll(/^\s+'([A-Z][A-Z0-9_]*(?:=[^']*)?)',$/gm)].map(([, define]) => `-D${define}`)
    const api = ['-DNAPI_VERSION=9', '-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS']
    const common = ['-O3', '-DNDEBUG', '-fPIC', '-w', '-fvisibility=hidden', ...defines]
    const loadable = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-ldl']
    const steps = [
      ['cc', ...common, '-c', 'deps/sqlite3/sqlite3.c', '-o', 'sqlite3.o'],
      [
        'c++',
        ...common,
        ...api,
        ...includes,
        '-std=c++20',
        '-Ideps/sqlite3',
        '-c',
        'src/better_sqlite3.cpp',
        '-o',
        'addon.o',
      ],
    ]
    const results = await Promise.all(steps.map(([command, ...args]) => run(command, args, { cwd: work })))
    results.push(await run('c++', ['addon.o', 'sqlite3.o', ...loadable, '-o', 'better_sqlite3.node'], { cwd: work }))
    const failed = results.find((result) => !result.ok)
    if (failed) throw cannotLoad(`The compiler said:\n${tail(failed.output)}`)
    makeFolder(join(target, '..'))
    copyFileSync(join(work, 'better_sqlite3.node'), `${target}.${process.pid}`)
    renameSync(`${target}.${process.pid}`, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const cannotLoad = (why) =>
  new SetupError(
    'better-sqlite3 cannot be made to load.',
    why,
    process.platform === 'win32'
      ? 'Use Node 22.12 or newer, for which better-sqlite3 brings a ready-made binary.'
      : 'Use Node 22.12 or newer, for which better-sqlite3 brings a ready-made binary,\n' +
          'or install a C++20 compiler (Debian/Ubuntu: apt-get install g++; macOS: xcode-select --install).',
  )

/** Puts the Node-API 9 build in place, from the cache when this machine has compiled it before. */
async function installCompiled() {
  if (process.platform === 'win32')
    throw cannotLoad('Its prebuild crashes in this Node, and it is compiled on Linux and macOS only.')
  const patch = readFileSync(join(root, 'scripts', 'setup', 'sqlite-patch.mjs'))
  const libc = process.report.getReport().header.glibcVersionRuntime
    ? 'glibc'
    : process.platform === 'linux'
      ? 'musl'
      : 'libc'
  const name = [
    installedVersion('better-sqlite3'),
    'napi9',
    sha256(patch).slice(0, 8),
    process.platform,
    process.arch,
    libc,
  ]
  const kept = join(cache, 'better-sqlite3', name.join('-'), 'better_sqlite3.node')
  if (!exists(kept))
    await timed('sqlite', 'compiling better-sqlite3 as Node-API 9 (once a machine, about a minute)', () =>
      compile(kept),
    )
  makeFolder(join(compiled, '..'))
  // A new file and a rename: a process that has the old one loaded keeps it.
  writeFileSync(`${compiled}.new`, readFileSync(kept))
  renameSync(`${compiled}.new`, compiled)
}

/** Makes sure that better-sqlite3 loads in every runtime there is; each verdict is kept until addon or runtime change. */
export async function sqlite() {
  const proven = () => notes.get('sqlite') ?? {}
  const pending = () => runtimes().filter(({ name }) => proven()[name] !== fingerprint())
  if (pending().length === 0) return
  for (const build of [null, installCompiled]) {
    if (build) await build()
    const tried = await Promise.all(
      runtimes().map(async ({ name, binary, env }) => ({ name, ok: await loadsIn(binary, env) })),
    )
    if (tried.every(({ ok }) => ok))
      return notes.set('sqlite', Object.fromEntries(tried.map(({ name }) => [name, fingerprint()])))
    if (build)
      throw cannotLoad(
        `Even the Node-API 9 build fails in ${tried
          .filter(({ ok }) => !ok)
          .map(({ name }) => name)
          .join(' and ')}.`,
      )
  }
}
