// The app: one window over one lab. Start-up reads from top to bottom; nothing here knows what an experiment is.
import {
  app,
  dialog,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  utilityProcess,
  type BrowserWindow,
} from 'electron'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import type { Alert, LabEvent, Settings, Status } from '../src-preload/contract'
import { makeFolder } from './data/folder'
import type { Message } from './engine/protocol'
import { serveIpc } from './ipc'
import { createLab, type Lab } from './lab'
import { failureOf, LabError } from './lab/errors'
import { lastLines } from './lab/engine/fork'
import { labCache, labHome } from './lab/home/paths'
import type { EngineHandle, LabOptions, SpawnEngine } from './lab/options'
import { openSettings } from './settings'
import { denyNavigation, guardSession, openWindow, registerScheme, sandboxAll, setMenu } from './window'

const home = labHome()
/** How long closing may take, in ms: an engine has five seconds to stop. */
const PATIENCE = 15_000
/** How long a run that ended is given to say what it found, in ms. */
const HEADLINE = 1500

let window: BrowserWindow | null = null
let opening: Promise<Lab> | null = null
/** The end of the lab before it. */
let closing = Promise.resolve()
let lookingOnly = false
let engine: Status['engine'] = 'idle'
let leaving = false
/** Whether an error that nobody caught has been told. */
let lost = false
let blocker: number | null = null
let wasBusy = false

app.setPath('userData', profileFolder())
const settings = openSettings(join(app.getPath('userData'), 'settings.json'))
if (app.requestSingleInstanceLock()) start()
else {
  console.error('Weak-to-Strong Lab is already running with this lab; its window was brought forward.')
  app.exit(0)
}

/** Chromium's own folder. Where it cannot be written to, a passing one, so that the window can say what is the matter. */
function profileFolder(): string {
  const usual = process.env.W2S_HOME ? join(home, 'window') : app.getPath('userData')
  try {
    makeFolder(usual)
    writeFileSync(join(usual, 'writable'), 'yes')
    return usual
  } catch {
    return mkdtempSync(join(tmpdir(), 'weak-to-strong-lab-'))
  }
}

function start(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error) => void giveUp(error))
  if (!settings.value.windowGpu) app.disableHardwareAcceleration()
  sandboxAll()
  registerScheme()
  denyNavigation()
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    event.preventDefault()
    void leave()
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave())
  serveIpc({ lab: openLab, window: () => window, settings, home, heed: inForce })
  openLab().catch(() => undefined)
  // Never `await app.whenReady()` at the top level of a module: Electron waits for the module, the module for Electron.
  void app.whenReady().then(async () => {
    await guardSession()
    inForce(settings.value)
    setMenu()
    showWindow()
    watchPower()
  })
}

/** Puts settings into force, as far as a running app can. */
function inForce(kept: Settings): Settings {
  nativeTheme.themeSource = kept.theme
  heedBattery()
  void opening?.then(
    (lab) => lab.wake(),
    () => undefined,
  )
  return kept
}

/** Work rests while the machine sleeps, and if the user wants it so while it runs on its battery; it goes on by itself. */
function watchPower(): void {
  powerMonitor.on('suspend', () => rest(true, 'sleep'))
  powerMonitor.on('resume', () => rest(false, 'sleep'))
  powerMonitor.on('on-battery', () => heedBattery(true))
  powerMonitor.on('on-ac', () => heedBattery(false))
}

/** @param onBattery what was just told; else the system is asked */
function heedBattery(onBattery = powerMonitor.isOnBatteryPower()): void {
  rest(onBattery && settings.value.pauseOnBattery, 'battery')
}

/** A lab that cannot be opened has no work to hold. */
function rest(wanted: boolean, by: Parameters<Lab['power']['hold']>[0]): void {
  void opening?.then(
    ({ power }) => (wanted ? power.hold(by) : power.release(by)),
    () => undefined,
  )
}

/** The engine in a process of Electron's own kind, which needs no Node executable and ends with the app. */
function spawnEngine(...[onMessage, onExit, env]: Parameters<SpawnEngine>): EngineHandle {
  const child = utilityProcess.fork(join(import.meta.dirname, 'engine.js'), [], {
    serviceName: 'Weak-to-Strong Lab engine',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  const stderr = lastLines(child.stderr as Readable | null)
  child.on('message', (message: Message) => onMessage(message))
  child.on('exit', (code) => onExit({ code, signal: null, stderr: stderr() }))
  return {
    get pid() {
      return child.pid
    },
    post: (request) => child.postMessage(request),
    // `child.kill()` only asks; a process that is stuck in native code does not hear it.
    kill: () => void (child.pid === undefined ? child.kill() : process.kill(child.pid, 'SIGKILL')),
  }
}

/** The marker that the set-up leaves beside a runtime that is not the supported one. */
function fallbackRuntime(): string {
  try {
    return readFileSync(join(process.resourcesPath, 'fallback-runtime.txt'), 'utf8').trim()
  } catch {
    return ''
  }
}

/**
 * Opens the lab once. Where another process is its writer, it is opened to look only. What could not be opened is tried
 * again at the next call, i.e. when the page is loaded anew.
 */
function openLab(): Promise<Lab> {
  const options: LabOptions = {
    home,
    resources: join(app.getAppPath(), 'resources'),
    cache: labCache(),
    spawnEngine,
    atOnce: () => settings.value.atOnce,
    atOnceByCard: () => settings.value.atOnceByCard,
    fallback: () => settings.value.fallback,
    reserve: () => ({ memoryBytes: settings.value.reserveBytes, gpuBytes: settings.value.reserveGpuBytes }),
    appVersion: app.getVersion(),
    attended: true,
    fallbackRuntime: fallbackRuntime(),
    analyst: join(import.meta.dirname, 'analyst.js'),
    librarian: join(import.meta.dirname, 'librarian.js'),
    importer: join(import.meta.dirname, 'importer.js'),
    reader: join(import.meta.dirname, 'reader.js'),
  }
  opening ??= closing
    .then(() => createLab(options))
    .catch((error: unknown) => {
      if (!(error instanceof LabError && error.code === 'conflict')) throw error
      lookingOnly = true
      return createLab({ ...options, readOnly: true })
    })
    .then(
      (lab) => {
        lab.subscribe(publish)
        // Its thread starts while the window loads.
        lab.calls.models().catch(() => undefined)
        return lab
      },
      (error: unknown) => {
        opening = null
        throw error
      },
    )
  return opening
}

/** Before the page is loaded anew: perhaps the other process has let go of the lab, or the disk has room again. */
function tryToWrite(): void {
  if (!lookingOnly) return
  lookingOnly = false
  closing = closed()
  opening = null
}

/** Hands a batch of facts to the window. */
function publish(events: LabEvent[]): void {
  for (const event of events) {
    if (event.type === 'status') heed(event.status)
    if (event.type === 'run' && event.ended) void tellEnded(event.id)
    if (event.type === 'alert') tellAlert(event.alert)
  }
  hear(events)
}

function hear(events: LabEvent[]): void {
  if (window && !window.webContents.isDestroyed()) window.webContents.send('w2s:events', events)
}

/** Whether the user looks elsewhere, and wants to be told by the system. */
const isTold = () => settings.value.notify && !leaving && window?.isFocused() === false && Notification.isSupported()

/** Tells by the system; a click leads to the run. */
function tell(title: string, body: string, place: 'results' | 'monitor', runId: string): void {
  const notice = new Notification({ title, body })
  notice.on('click', () => {
    showWindow()
    hear([{ type: 'show', place, runId }])
  })
  notice.show()
}

function tellAlert({ run, title, text, runId }: Alert): void {
  if (isTold()) tell(`${run}: ${title}`, text, 'monitor', runId)
}

/** Tells how a run ended. */
async function tellEnded(runId: string): Promise<void> {
  if (!isTold()) return
  // What it found is written down after its end.
  await wait(HEADLINE)
  const run = await openLab()
    .then((lab) => lab.calls.runDetail(runId))
    .catch(() => null)
  if (!run || !isTold()) return
  const body = run.headline || `${run.stagesDone} of ${run.stagesTotal} stages done`
  tell(`${run.name}: ${run.state}`, body, run.state === 'done' ? 'results' : 'monitor', runId)
}

/** Keeps the machine awake while something runs and is not held, and brings a hidden window back when it is done. */
function heed(status: Status): void {
  engine = status.engine
  lookingOnly = status.readOnly !== ''
  const busy = engine === 'running' || engine === 'starting'
  if (busy && status.pause !== 'on') blocker ??= powerSaveBlocker.start('prevent-app-suspension')
  else if (blocker !== null) {
    powerSaveBlocker.stop(blocker)
    blocker = null
  }
  if (wasBusy && !busy && window && !window.isVisible() && !leaving) window.showInactive()
  wasBusy = busy
}

function showWindow(): void {
  if (!window) {
    window = openWindow()
    window.on('close', (event) => {
      if (leaving || engine === 'idle' || engine === 'stopped') return
      event.preventDefault()
      void askBeforeClosing()
    })
    window.on('closed', () => (window = null))
    window.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) tryToWrite()
    })
    return
  }
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

async function askBeforeClosing(): Promise<void> {
  if (!window) return
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'A run is going on.',
    detail:
      'It can go on without the window: start the app again to see it. Stopped, it keeps every finished stage and can be resumed.',
    buttons: ['Keep running', 'Stop and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  })
  if (response === 0) window?.hide()
  if (response === 1) await leave()
}

/** Stops the engine, closes the store, ends; what does not let itself be closed in time is left behind. */
async function leave(code = 0): Promise<void> {
  if (leaving) return
  leaving = true
  window?.close()
  await Promise.race([closed(), wait(PATIENCE)])
  app.exit(code)
}

/** Closes the lab, if there is one; what goes wrong then is told, for nothing else can be done. */
async function closed(): Promise<void> {
  const lab = await opening?.catch(() => null)
  await lab?.close().catch((error: unknown) => console.error(messageOf(error)))
}

const messageOf = (error: unknown) => failureOf(error, home).message

/** An error that nobody caught: what was begun may be in any state, so it is told in words, and the app ends. */
async function giveUp(error: unknown): Promise<void> {
  if (lost) return
  lost = true
  const message = messageOf(error)
  console.error(message)
  const detail = `${message}\n\nWhat is finished is kept: start the app again, and go on from there.`
  const box = { type: 'error' as const, message: 'The app cannot go on.', detail, buttons: ['Quit'] }
  if (app.isReady()) await dialog.showMessageBox(box).catch(() => undefined)
  await leave(1)
}
