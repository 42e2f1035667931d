import { app, BrowserWindow, dialog, Menu, nativeTheme, protocol, screen, session, type Rectangle } from 'electron'
import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assetOf, CONTENT_SECURITY_POLICY, ORIGIN } from './assets'

const RENDERER = join(import.meta.dirname, '../renderer')
const PRELOAD = join(import.meta.dirname, '../preload/index.cjs')
/** Same as --bg of the renderer's tokens.css, so that nothing flashes before the first paint. */
const BACKGROUND = { dark: '#141517', light: '#fcfcfb' }
const SMALLEST = { width: 900, height: 600 }
const USUAL = { width: 1360, height: 860 }
/** A window that keeps crashing is not reloaded for ever. */
const RELOADS_A_MINUTE = 3

/** Written in by the build: `electron-vite dev` says true, whatever the environment says. */
declare const UNDER_DEVELOPMENT: boolean
/** Address of the development server, under `npm run dev` only. */
const devServer = UNDER_DEVELOPMENT ? process.env.ELECTRON_RENDERER_URL : undefined
/** A proxy that nobody can be: what gets as far as a socket all the same (TURN over TCP) ends there. */
const NOWHERE = 'socks5://0.0.0.0:1'

/** Before `ready`: makes `app:` an origin like any other. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

async function serveAsset(request: Request): Promise<Response> {
  const asset = assetOf(RENDERER, request.url)
  if (!asset) return new Response('No such page.', { status: 404 })
  try {
    return new Response(new Uint8Array(await readFile(asset.path)), {
      headers: {
        'content-type': asset.type,
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
      },
    })
  } catch {
    return new Response('No such page.', { status: 404 })
  }
}

/**
 * After `ready`: serves the built renderer, refuses every permission, every download, and every request that would leave
 * the app.
 */
export async function guardSession(): Promise<void> {
  protocol.handle('app', serveAsset)
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.setSpellCheckerEnabled(false)
  defaultSession.on('will-download', (event) => event.preventDefault())
  if (devServer) return
  await defaultSession.setProxy({ proxyRules: NOWHERE, proxyBypassRules: '<-loopback>' })
  defaultSession.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !/^(app|data|blob|devtools):/.test(details.url) })
  })
}

/** Whether a page may speak to the lab. */
export function isOurs(url: string): boolean {
  const origin = devServer ? new URL(devServer).origin : ORIGIN
  return url === origin || url.startsWith(`${origin}/`)
}

/** Before `ready`: every page is in a sandbox, also one that did not ask for it, wherever Chromium has one. */
export function sandboxAll(): void {
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
}

/** For whatever web contents ever come to be: no navigation but a reload, no further windows, no webviews, no WebRTC. */
export function denyNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (event.url !== contents.getURL()) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    // No policy of content and no filter of requests holds WebRTC; this leaves it TCP, which the proxy ends.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/** The few menu entries that a keyboard expects. */
export function setMenu(): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { label: '&Lab', submenu: [{ role: 'close', label: 'Close', accelerator: 'CmdOrCtrl+Q' }] },
      { role: 'editMenu' },
      {
        label: '&View',
        submenu: [
          { role: 'reload' },
          ...(UNDER_DEVELOPMENT ? ([{ role: 'toggleDevTools' }] as const) : []),
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
        ],
      },
    ]),
  )
}

interface Placement {
  bounds: Rectangle
  maximized: boolean
}

function isPlacement(value: unknown): value is Placement {
  const { bounds, maximized } = (value ?? {}) as Partial<Placement>
  const numbers = [bounds?.x, bounds?.y, bounds?.width, bounds?.height]
  return numbers.every(Number.isInteger) && typeof maximized === 'boolean'
}

/** Where the window stood last, as long as some display still shows a good part of it. */
function readPlacement(file: string): Placement | null {
  try {
    const placement: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!isPlacement(placement)) return null
    const { x, y, width } = placement.bounds
    const seen = screen.getAllDisplays().some(({ workArea: area }) => {
      const overlap = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
      return overlap > 200 && y >= area.y && y < area.y + area.height - 100
    })
    return seen ? placement : null
  } catch {
    return null
  }
}

/** Nothing hangs on it: a disk that refuses it costs only the window's place. */
function writePlacement(file: string, window: BrowserWindow): void {
  try {
    writeFileSync(file, JSON.stringify({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }))
  } catch {
    return
  }
}

/** A crashed or frozen page is loaded again: what it shows lives in the store, so nothing is lost. */
function reloadWhenGone(window: BrowserWindow): void {
  let reloads: number[] = []
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return
    reloads = reloads.filter((at) => Date.now() - at < 60_000)
    if (reloads.push(Date.now()) <= RELOADS_A_MINUTE) return window.webContents.reload()
    dialog.showErrorBox(
      'The window keeps crashing',
      `It was loaded again ${RELOADS_A_MINUTE} times within a minute. What was run is kept. Start the app again; if that does not help, start it with --disable-gpu.`,
    )
    window.destroy()
  })
}

/** Opens the one window and shows it as soon as there is something to see. */
export function openWindow(): BrowserWindow {
  const file = join(app.getPath('userData'), 'window.json')
  const placement = readPlacement(file)
  const window = new BrowserWindow({
    ...(placement?.bounds ?? USUAL),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: app.name,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: PRELOAD,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: UNDER_DEVELOPMENT,
      spellcheck: false,
    },
  })
  if (placement?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => writePlacement(file, window))
  reloadWhenGone(window)
  void window.loadURL(devServer ?? `${ORIGIN}/index.html`)
  return window
}
