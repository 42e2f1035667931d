// Starts what the set-up has prepared.
import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { exists, root, run, SetupError } from './common.mjs'
import { distFolder, electronBinary } from './electron.mjs'

/**
 * Runs a program in place of this one: same terminal, its exit code becomes ours. Ctrl+C reaches it directly, as it
 * shares our process group, so we only wait.
 * @returns {Promise<number>}
 */
export function launch(command, args, cwd = root) {
  return new Promise((settle) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit' })
    const forward = (signal) => signal !== 'SIGINT' && child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const end = (code) => {
      for (const signal of signals) process.off(signal, forward)
      settle(code)
    }
    child.on('error', (error) => {
      console.error(error.message)
      end(1)
    })
    child.on('close', (code, signal) => end(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

/** The command line tool of the build, in the folder where the user typed the command (npm itself moves to the root). */
export const launchCli = (args) =>
  launch(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args], process.env.INIT_CWD ?? process.cwd())

/** Whether a window can be opened at all. */
export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

const sysctl = (name) => {
  const path = join('/proc/sys/kernel', name)
  return exists(path) ? readFileSync(path, 'utf8').trim() : ''
}

/** Whether Chromium can build its sandbox: by user namespaces, or by the helper being root's and setuid. */
async function sandboxWorks() {
  const helper = statSync(join(distFolder(), 'chrome-sandbox'), { throwIfNoEntry: false })
  if (helper?.uid === 0 && (helper.mode & 0o4000) !== 0) return true
  if (sysctl('unprivileged_userns_clone') === '0') return false
  if (sysctl('apparmor_restrict_unprivileged_userns') === '1') return false
  return (await run('unshare', ['--user', 'true'])).ok
}

/** Switches that Electron needs on this machine. */
async function switches() {
  if (process.platform !== 'linux') return []
  if (process.getuid() === 0) {
    console.error('  Running as root, where Chromium has no sandbox: started with --no-sandbox, for development only.')
    return ['--no-sandbox']
  }
  if (await sandboxWorks()) return []
  const helper = join(distFolder(), 'chrome-sandbox')
  throw new SetupError(
    'Electron’s sandbox cannot be built.',
    'This system denies unprivileged user namespaces.',
    `sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`,
  )
}

/** The app. */
export async function launchApp(args) {
  return launch(electronBinary(), [...(await switches()), root, ...args])
}
