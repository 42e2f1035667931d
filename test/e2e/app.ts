import { _electron, expect, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Bridge } from '../../src-preload/contract'

declare global {
  interface Window {
    w2s?: Bridge
  }
}

export { expect }
export const root = resolve(import.meta.dirname, '../..')

/** The app as a user has it before them: the built code on the real runtime, with a home of its own. */
export interface OpenApp {
  app: ElectronApplication
  page: Page
  /** Errors of the page's console: a test that saw one has failed. */
  errors: string[]
  /** Closes as a user does, by the window. */
  close(): Promise<void>
  /** Ends it as a power cut does. */
  kill(): Promise<void>
}

/** Answers what the app itself asks in a dialog of the system: a button by its place. Gives what was asked. */
export async function answering(app: ElectronApplication, button: number): Promise<() => Promise<string[]>> {
  await app.evaluate(({ dialog }, response) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    dialog.showMessageBox = (...args: unknown[]) => {
      const { message, detail } = args.at(-1) as Electron.MessageBoxOptions
      asked.push(`${message} ${detail}`)
      return Promise.resolve({ response, checkboxChecked: false })
    }
  }, button)
  return () => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
}

/** Switches and environment of an app on `home`; `more` is environment beside that of the test. */
export function launchOptions(home: string, more: Record<string, string> = {}): Parameters<typeof _electron.launch>[0] {
  return {
    args: [root],
    cwd: root,
    env: { ...process.env, ...more, W2S_HOME: home, LANG: 'en_US.UTF-8' },
  }
}

async function open(home: string, env?: Record<string, string>): Promise<OpenApp> {
  const app = await _electron.launch(launchOptions(home, env))
  const errors: string[] = []
  const page = await app.firstWindow()
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  const ended = new Promise<void>((settle) => app.process().once('exit', () => settle()))
  return {
    app,
    page,
    errors,
    close: async () => {
      await app.close()
      await ended
    },
    kill: async () => {
      app.process().kill('SIGKILL')
      await ended
    },
  }
}

interface Fixtures {
  /** A fresh home folder, gone after the test. */
  home: string
  /** Opens an app on that home; closed after the test, which fails if the page logged an error. */
  open: (home?: string, env?: Record<string, string>) => Promise<OpenApp>
  /** The page of one freshly opened app. */
  page: Page
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a destructured first parameter.
  home: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'w2s-e2e-'))
    await use(home)
    rmSync(home, { recursive: true, force: true })
  },
  open: async ({ home }, use) => {
    const opened: OpenApp[] = []
    await use(async (where = home, env) => {
      const one = await open(where, env)
      opened.push(one)
      return one
    })
    for (const one of opened) await one.close().catch(() => undefined)
    expect(opened.flatMap((one) => one.errors)).toEqual([])
  },
  page: async ({ open }, use) => {
    const { page } = await open()
    await use(page)
  },
})
