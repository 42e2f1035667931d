import type { ElectronApplication } from '@playwright/test'

/** Pid of the engine at work, as the operating system knows it. */
export async function enginePid(app: ElectronApplication): Promise<number> {
  const pid = await app.evaluate(
    ({ app: main }) => main.getAppMetrics().find((p) => p.name === 'Weak-to-Strong Lab engine')?.pid,
  )
  if (!pid) throw new Error('there is no engine process')
  return pid
}
