import { spawnSync } from 'node:child_process'
import { expect, launchOptions, root, test } from './app'

test('opens on Home, served from its own origin', async ({ page }) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/lab\/index\.html/)
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('queue empty')
})

test('the page has no Node and exactly one door', async ({ page }) => {
  const seen = await page.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window),
    door: Object.entries(window.w2s ?? {}).map(([name, value]) => `${name}: ${typeof value}`),
  }))
  expect(seen).toEqual({ globals: [], door: ['call: function', 'onEvents: function', 'dropped: function'] })
})

test('web preferences are the hardened ones', async ({ open }) => {
  const { app } = await open()
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } = contents.getLastWebPreferences()
    return { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity }
  })
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
  })
})

test('inline code, eval and the network are refused', async ({ open }) => {
  const opened = await open()
  const { page } = opened
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const refused = await page.evaluate(async () => {
    const blocked: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective))
    const script = document.createElement('script')
    script.textContent = 'window.inline = true'
    document.head.append(script)
    // In a task of its own: what the debugger evaluates is exempt from the policy.
    const evaluated = await new Promise((settle) =>
      setTimeout(() => {
        try {
          settle((globalThis.eval as (code: string) => unknown)('1'))
        } catch {
          settle('refused')
        }
      }),
    )
    const fetched = await fetch('https://example.org/').then(
      () => 'answered',
      () => 'refused',
    )
    const granted = await navigator.permissions.query({ name: 'notifications' }).then((status) => status.state)
    return { inline: 'inline' in window, evaluated, fetched, granted, blocked: blocked.sort() }
  })
  expect(refused).toEqual({
    inline: false,
    evaluated: 'refused',
    fetched: 'refused',
    granted: 'denied',
    blocked: ['connect-src', 'script-src', 'script-src-elem'],
  })
  opened.errors.length = 0 // what was refused is what the console complains about
})

test('navigation and further windows are refused', async ({ open }) => {
  const opened = await open()
  const { app, page } = opened
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const window = await page.evaluate(() => {
    location.href = 'https://example.org/'
    return globalThis.open('https://example.org/')
  })
  expect(window).toBeNull()
  expect(await page.evaluate(() => fetch('app://lab/..%2fmain%2findex.js').then((reply) => reply.status))).toBe(404)
  expect(page.url()).toMatch(/^app:\/\/lab\//)
  expect(app.windows()).toHaveLength(1)
  opened.errors.length = 0 // the 404 is logged
})

test('a planted error in a call comes back as a message with its path', async ({ page }) => {
  const call = (name: string, ...args: unknown[]) =>
    page.evaluate(([n, a]) => window.w2s!.call(n as 'runs', ...(a as [])), [name, args] as const)
  expect(await call('nosuch')).toEqual({
    ok: false,
    error: { code: 'bad-input', message: 'There is no call "nosuch".' },
  })
  expect(await call('runDetail', 7)).toMatchObject({
    ok: false,
    error: { code: 'bad-input', problems: [{ path: 'run', got: '7' }] },
  })
  expect(await call('curves', { keys: ['x'], names: [], splits: [], buckets: 10, more: 1 })).toMatchObject({
    ok: false,
    error: { code: 'bad-input', message: expect.stringContaining('more') as unknown },
  })
  expect(await call('runDetail', 'nosuch')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  expect(await call('reveal', '/etc/passwd')).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  expect(await call('datasetPreview', { path: '/etc/passwd' })).toMatchObject({
    ok: false,
    error: {
      code: 'bad-input',
      message: '/etc/passwd was neither chosen in the file dialog nor dropped on the window.',
    },
  })
})

test('a second instance brings the first forward and leaves', async ({ home, open }) => {
  const { app, page } = await open()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
  const { args, env } = launchOptions(home) ?? {}
  const binary = await app.evaluate(() => process.execPath)
  const second = spawnSync(binary, ['--no-sandbox', ...(args ?? [])], { cwd: root, env, encoding: 'utf8' })
  expect(second.status).toBe(0)
  expect(second.stderr).toContain('is already running')
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((w) => w.isVisible()))).toEqual([
    true,
  ])
})

test('the window comes back where it was', async ({ open }) => {
  const first = await open()
  const bounds = { x: 40, y: 50, width: 1000, height: 700 }
  await first.app.evaluate(({ BrowserWindow }, b) => BrowserWindow.getAllWindows()[0]?.setBounds(b), bounds)
  await first.close()
  const second = await open()
  const seen = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  expect(seen).toEqual(bounds)
})

test('a crashed page is loaded again', async ({ open }) => {
  const opened = await open()
  const { app, page } = opened
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const loaded = app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((settle) => {
        const contents = BrowserWindow.getAllWindows()[0]!.webContents
        contents.once('did-finish-load', () => settle())
        contents.forcefullyCrashRenderer()
      }),
  )
  await loaded
  const title: unknown = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript('document.querySelector("h1").textContent'),
  )
  expect(title).toBeTruthy()
})
