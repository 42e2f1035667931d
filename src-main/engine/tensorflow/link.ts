import { existsSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { bindingFile, bindingLink } from './paths'

/** The command that installs, for messages. */
export const INSTALL_COMMAND = 'npm run w2s -- doctor --install tensorflow'

/** Which installation is complete; the GPU's wins, since it runs on the CPU, too. */
export function installedVariant(): { gpu: boolean } | null {
  for (const gpu of [true, false]) if (existsSync(bindingFile(gpu))) return { gpu }
  return null
}

/**
 * Points @tensorflow/tfjs-node-gpu at the installed binding: one symbolic link, made again after `npm ci` replaced
 * node_modules.
 * @returns what is linked, or null when nothing is installed
 */
export function linkTensorflow(): { gpu: boolean } | null {
  const installed = installedVariant()
  if (!installed) return null
  const [link, file] = [bindingLink(), bindingFile(installed.gpu)]
  if (targetOf(link) === file) return installed
  mkdirSync(path.dirname(link), { recursive: true })
  // Renamed into place, so that another process never finds the link half made.
  const temporary = `${link}.${process.pid}`
  rmSync(temporary, { force: true })
  symlinkSync(file, temporary)
  renameSync(temporary, link)
  return installed
}

function targetOf(link: string): string | null {
  try {
    return readlinkSync(link)
  } catch {
    return null
  }
}

/** Links what is installed. @throws Error with the command that installs it when there is nothing */
export function assertLinked(): { gpu: boolean } {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `libtensorflow is for Linux on x86-64 only for now; this is ${process.platform} on ${process.arch}.`,
    )
  const linked = linkTensorflow()
  if (!linked) throw new Error(`libtensorflow is not installed. \`${INSTALL_COMMAND}\` does it.`)
  return linked
}
