import { existsSync } from 'node:fs'
import { bindingFile } from './paths'

/** The command that installs, for messages. */
export const INSTALL_COMMAND = 'npm run w2s -- doctor --install tensorflow'

/** Which installation is complete, if any; the GPU's wins, since it runs on the CPU, too. */
export function installedTensorflow(): { gpu: boolean } | null {
  for (const gpu of [true, false]) if (existsSync(bindingFile(gpu))) return { gpu }
  return null
}

/** What is installed. @throws Error with the command that installs it when there is nothing */
export function assertInstalled(): { gpu: boolean } {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `libtensorflow is for Linux on x86-64 only for now; this is ${process.platform} on ${process.arch}.`,
    )
  const installed = installedTensorflow()
  if (!installed) throw new Error(`libtensorflow is not installed. \`${INSTALL_COMMAND}\` does it.`)
  return installed
}
