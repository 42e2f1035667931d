// What a page that somebody got hold of can not do: reach the network, save files, start processes or downloads by itself.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createWebServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { answering, expect, test } from './app'
import { ask, goTo, value } from './lab'

const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port

test('WebRTC reaches nobody: no packet to STUN, no connection to TURN', async ({ page }) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const heard: string[] = []
  const stun = createSocket('udp4').on('message', () => heard.push('STUN'))
  const turnUdp = createSocket('udp4').on('message', () => heard.push('TURN over UDP'))
  const turn = createServer((connection) => void connection.on('error', () => undefined).destroy())
  turn.on('connection', () => heard.push('TURN over TCP'))
  stun.bind(0, '127.0.0.1')
  turnUdp.bind(0, '127.0.0.1')
  turn.listen(0, '127.0.0.1')
  await Promise.all([stun, turnUdp, turn].map((server) => once(server, 'listening')))
  try {
    const urls = [
      `stun:127.0.0.1:${stun.address().port}`,
      `turn:127.0.0.1:${turnUdp.address().port}?transport=udp`,
      `turn:127.0.0.1:${portOf(turn)}?transport=tcp`,
      `turns:127.0.0.1:${portOf(turn)}?transport=tcp`,
    ]
    const candidates = await page.evaluate(async (servers) => {
      const own = { username: 'what it knows', credential: 'x' }
      const line = new RTCPeerConnection({ iceServers: servers.map((url) => ({ urls: url, ...own })) })
      const found: string[] = []
      const gathered = new Promise<void>((settle) => {
        line.onicecandidate = ({ candidate }) => (candidate ? found.push(candidate.candidate) : settle())
      })
      line.createDataChannel('out')
      await line.setLocalDescription(await line.createOffer())
      await Promise.race([gathered, new Promise((settle) => setTimeout(settle, 5000))])
      line.close()
      return found
    }, urls)
    expect(heard).toEqual([])
    expect(candidates.filter((candidate) => / udp .* (srflx|relay|host)/i.test(candidate))).toEqual([])
  } finally {
    stun.close()
    turnUdp.close()
    turn.close()
  }
})

test('a download is refused', async ({ open }) => {
  const { app, page } = await open()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const refused = app.evaluate(
    ({ session }) =>
      new Promise<string>((settle) =>
        session.defaultSession.on('will-download', (event, item) =>
          settle(`${item.getFilename()}, refused: ${event.defaultPrevented}`),
        ),
      ),
  )
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob(['[Desktop Entry]']))
    link.download = 'evil.desktop'
    link.click()
  })
  expect(await refused).toBe('evil.desktop, refused: true')
})

test('what is built is shown, wherever the environment says that a development server listens', async ({
  open,
  home,
}) => {
  const visits: (string | undefined)[] = []
  const server = createWebServer((request, response) => {
    visits.push(request.url)
    response.end('<title>not ours</title>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { app, page } = await open(home, { ELECTRON_RENDERER_URL: `http://127.0.0.1:${portOf(server)}` })
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(page.url()).toMatch(/^app:\/\/lab\//)
    expect(visits).toEqual([])
    const tools = await app.evaluate(({ Menu, BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]!.webContents.openDevTools()
      const roles = Menu.getApplicationMenu()!.items.flatMap(
        (item) => item.submenu?.items.map(({ role }) => role) ?? [],
      )
      return { open: BrowserWindow.getAllWindows()[0]!.webContents.isDevToolsOpened(), roles }
    })
    expect(tools.open).toBe(false)
    expect(tools.roles.map((role) => role?.toLowerCase())).not.toContain('toggledevtools')
  } finally {
    server.close()
  }
})

test('however often the doctor is called, one process looks', async ({ open }) => {
  const { app, page } = await open()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const most = app.evaluate(async ({ app: main }) => {
    let seen = 0
    for (let i = 0; i < 40; i++) {
      const engines = main.getAppMetrics().filter(({ name }) => name === 'Weak-to-Strong Lab engine')
      seen = Math.max(seen, engines.length)
      await new Promise((settle) => setTimeout(settle, 50))
    }
    return seen
  })
  const answers = await page.evaluate(() =>
    Promise.all(Array.from({ length: 30 }, () => window.w2s!.call('doctor').then(({ ok }) => ok))),
  )
  expect(answers.every(Boolean)).toBe(true)
  expect(await most).toBeLessThanOrEqual(2)
})

test('arguments that are no JSON are refused with their place', async ({ page }) => {
  const refusals = await page.evaluate(async () => {
    const loop: Record<string, unknown> = { name: 'loop' }
    loop['self'] = [loop]
    const odd = { loop, big: { seeds: [0, 10n] }, bytes: new Uint8Array(1e6), map: { tasks: new Map() } }
    const call = (value: unknown) => window.w2s!.call('preview', value)
    const replies = await Promise.all(Object.values(odd).map(call))
    return replies.map((reply) => (reply.ok ? reply.value : reply.error.message))
  })
  expect(refusals).toEqual([
    'self[0]: expected a value of JSON, got an object that contains itself',
    'seeds[1]: expected a value of JSON, got a BigInt',
    'input: expected a value of JSON, got a Uint8Array',
    'tasks: expected a value of JSON, got a Map',
  ])
})

test('an error that nobody caught is told in words, and the app ends', async ({ open }) => {
  for (const how of ['thrown', 'rejected'] as const) {
    const { app, page } = await open()
    await value(page, 'runs')
    const stderr: string[] = []
    app.process().stderr!.on('data', (chunk: Buffer) => stderr.push(String(chunk)))
    const code = once(app.process(), 'exit') as Promise<[number]>
    await answering(app, 0)
    await app
      .evaluate((_electron, way) => {
        const error = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
        setTimeout(() => {
          if (way === 'thrown') throw error
          void Promise.reject(error)
        })
      }, how)
      .catch(() => undefined)
    expect((await code)[0]).toBe(1)
    expect(stderr.join('')).toContain('The disk does not answer')
    expect(stderr.join('')).not.toMatch(/\n\s+at /)
  }
})

test('the page asks for one thing at a time that main asks about', async ({ open }) => {
  const { app, page } = await open()
  await goTo(page, '#/models')
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = (...args: unknown[]) =>
      new Promise((settle) => {
        const { cancelId } = args.at(-1) as Electron.MessageBoxOptions
        Object.assign(globalThis, { refuse: () => settle({ response: cancelId!, checkboxChecked: false }) })
      })
  })
  const install = ask(page, 'install', { backend: 'tensorflow', gpu: false })
  await expect.poll(() => app.evaluate(() => 'refuse' in globalThis)).toBe(true)
  expect(await ask(page, 'modelGet', { id: 'minilm-l3', source: 'auto' })).toMatchObject({
    ok: false,
    error: { code: 'conflict', message: 'Another question waits for its answer.' },
  })
  await app.evaluate(() => (globalThis as unknown as { refuse: () => void }).refuse())
  expect(await install).toEqual({ ok: true, value: null })
})
