// System libraries and programs: installed when we may, else the exact command is told.
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { exists, notes, run, SetupError, tail, timed } from './common.mjs'
import { electronBinary, electronVersion } from './electron.mjs'

/** Library that Electron asks for → Debian package that brings it. */
const PACKAGES = {
  'libgtk-3.so.0': 'libgtk-3-0',
  'libgdk-3.so.0': 'libgtk-3-0',
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libnspr4.so': 'libnspr4',
  'libgbm.so.1': 'libgbm1',
  'libasound.so.2': 'libasound2',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libcups.so.2': 'libcups2',
  'libdbus-1.so.3': 'libdbus-1-3',
  'libdrm.so.2': 'libdrm2',
  'libxkbcommon.so.0': 'libxkbcommon0',
  'libX11.so.6': 'libx11-6',
  'libXcomposite.so.1': 'libxcomposite1',
  'libXdamage.so.1': 'libxdamage1',
  'libXext.so.6': 'libxext6',
  'libXfixes.so.3': 'libxfixes3',
  'libXrandr.so.2': 'libxrandr2',
  'libxcb.so.1': 'libxcb1',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libcairo.so.2': 'libcairo2',
  'libexpat.so.1': 'libexpat1',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgobject-2.0.so.0': 'libglib2.0-0',
  'libgio-2.0.so.0': 'libglib2.0-0',
  'libudev.so.1': 'libudev1',
}

/** Whether a program is on the PATH. */
export const onPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && exists(join(folder, program)))

const isDebian = () => exists('/etc/debian_version') && onPath('apt-get')

/** Newer Ubuntu releases renamed some packages with a `t64` suffix: the name that this release can install. */
async function candidate(name) {
  for (const each of [name, `${name}t64`]) {
    const { output } = await run('apt-cache', ['policy', each])
    if (/Candidate: (?!\(none\))/.test(output)) return each
  }
  return name
}

/** Installs Debian packages, or says how to. `what` names what is missing, for the message. */
async function install(step, what, wanted) {
  const list = [...new Set(wanted)].sort()
  const command = `apt-get install -y --no-install-recommends ${list.join(' ')}`
  if (!isDebian())
    throw new SetupError(
      `This system lacks ${what}.`,
      'Only Debian and Ubuntu systems are set up automatically.',
      `Install with your package manager what Debian calls: ${list.join(' ')}`,
    )
  if (process.getuid() !== 0)
    throw new SetupError(
      `This system lacks ${what}.`,
      'Installing it takes root.',
      `sudo apt-get update && sudo ${command}`,
    )
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const attempt = async () =>
    run('apt-get', ['install', '-y', '--no-install-recommends', ...(await Promise.all(list.map(candidate)))], { env })
  const result = await timed(step, `installing ${list.join(' ')}`, async () => {
    const first = await attempt()
    if (first.ok) return first
    await run('apt-get', ['update'], { env })
    return attempt()
  })
  if (!result.ok)
    throw new SetupError(`This system lacks ${what}.`, tail(result.output), `apt-get update && ${command}`)
}

/** Makes sure of programs: name → Debian package. */
export async function ensureTools(step, tools) {
  const missing = Object.keys(tools).filter((program) => !onPath(program))
  if (missing.length > 0)
    await install(
      step,
      missing.join(' and '),
      missing.map((program) => tools[program]),
    )
}

async function missingLibraries() {
  const { output } = await run('ldd', [electronBinary()])
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name)
}

/** What Electron needs of the system: its libraries, and a virtual display when tests are to run. Linux only. */
export async function system({ tests }) {
  if (process.platform !== 'linux') return
  if (tests) await ensureTools('system', { Xvfb: 'xvfb', xauth: 'xauth', 'xvfb-run': 'xvfb' })
  const release = exists('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  const key = `${electronVersion()} ${release}`
  if (notes.get('libraries') === key) return
  const missing = await missingLibraries()
  if (missing.length > 0) {
    await install(
      'system',
      missing.join(', '),
      missing.map((name) => PACKAGES[name] ?? name),
    )
    const still = await missingLibraries()
    if (still.length > 0)
      throw new SetupError(
        'Electron cannot start.',
        `Still missing: ${still.join(', ')}`,
        'Install the packages that bring these libraries.',
      )
  }
  notes.set('libraries', key)
}
