import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

type Env = Record<string, string | undefined>

/** Where runs are kept: `W2S_HOME`, else the user's data folder. Shared by the app and the command line. */
export function labHome(env: Env = process.env): string {
  const base = env.XDG_DATA_HOME || join(homedir(), '.local', 'share')
  return resolve(env.W2S_HOME || join(base, 'weak-to-strong-lab'))
}

/** Where installed backends and models are kept: `W2S_CACHE`, else the user's cache folder. Safe to delete. */
export function labCache(env: Env = process.env): string {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return resolve(env.W2S_CACHE || join(base, 'weak-to-strong-lab'))
}
