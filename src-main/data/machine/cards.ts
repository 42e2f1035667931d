// Which of several NVIDIA cards a process sees.

const VISIBLE = 'CUDA_VISIBLE_DEVICES'

/** What the environment of a process needs to see one card alone; nothing where it is the only one ('' or none). */
export const seeing = (uuid = ''): Record<string, string> => (uuid === '' ? {} : { [VISIBLE]: uuid })

/** The card that this process sees alone, by its uuid; null where nothing says so. */
export function seenAlone(env: NodeJS.ProcessEnv = process.env): string | null {
  const visible = env[VISIBLE] ?? ''
  return /^GPU-[0-9a-f-]+$/i.test(visible) ? visible : null
}
