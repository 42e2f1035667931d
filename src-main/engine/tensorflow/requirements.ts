import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { makeFolder } from '../../data/folder'
import { runTool } from '../../data/tools'
import { installBytes } from './packages'
import { bindingPackage, tensorflowFolder } from './paths'

/** How this system installs packages. */
const MANAGERS = [
  { program: '/usr/bin/apt-get', install: 'apt-get install -y', pip: 'python3-pip', compiler: 'g++' },
  { program: '/usr/bin/dnf', install: 'dnf install -y', pip: 'python3-pip', compiler: 'gcc-c++' },
  { program: '/usr/bin/pacman', install: 'pacman -S --noconfirm', pip: 'python-pip', compiler: 'gcc' },
  { program: '/usr/bin/zypper', install: 'zypper install -y', pip: 'python3-pip', compiler: 'gcc-c++' },
] as const

async function works(command: string, args: string[]): Promise<boolean> {
  return runTool(command, args, {}).then(
    () => true,
    () => false,
  )
}

/** The command that installs a missing tool here. */
export function fixFor(tool: 'pip' | 'compiler'): string {
  const manager = MANAGERS.find((m) => existsSync(m.program)) ?? MANAGERS[0]
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  return `${sudo}${manager.install} ${manager[tool]}`
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/**
 * Checks that an installation can go through, before anything is fetched.
 * @throws Error: the first thing that is missing, with the command that mends it
 */
export async function checkRequirements(gpu: boolean): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `libtensorflow can be installed on Linux on x86-64 only for now; this is ${process.platform} on ${process.arch}. The wasm backend runs everywhere.`,
    )
  bindingPackage()
  if (!(await works('python3', ['-c', 'import zipfile'])))
    throw new Error(`python3 is missing; it fetches and unpacks libtensorflow. \`${fixFor('pip')}\` installs it.`)
  if (!(await works('python3', ['-m', 'pip', '--version'])))
    throw new Error(`python3 has no pip; it fetches libtensorflow. \`${fixFor('pip')}\` installs it.`)
  if (!(await works('g++', ['--version'])))
    throw new Error(`g++ is missing; it builds the binding to libtensorflow. \`${fixFor('compiler')}\` installs it.`)

  const folder = tensorflowFolder()
  makeFolder(folder)
  const { bavail, bsize } = await statfs(folder)
  // Wheels go one by one, each deleted once it is unpacked; the largest is under 0.8 GB.
  const needed = installBytes(gpu).disk + 0.8e9
  if (bavail * bsize < needed)
    throw new Error(`${folder}: expected ${gigabytes(needed)} of free disk, got ${gigabytes(bavail * bsize)}.`)
}
