import {
  app,
  dialog,
  ipcMain,
  shell,
  type BrowserWindow,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
} from 'electron'
import { basename, extname, join, resolve, sep } from 'node:path'
import { CALL_NAMES, type CallName, type Calls, type Dropped, type Reply, type Settings } from '../src-preload/contract'
import type { Lab } from './lab'
import { bundleName } from './lab/bundles'
import { answer, type Handlers } from './lab/calls'
import { LabError } from './lab/errors'
import { saveTo } from './lab/home/save'
import type { LabCalls } from './lab/options'
import { createConsent, ofDataset, ofModel, ofTensorflow, type Question } from './consent'
import { kindOfDropped } from './dropped'
import type { KeptSettings } from './settings'
import { isOurs } from './window'

/** What the calls need beside the lab. */
export interface IpcContext {
  /** The open lab; rejects while it cannot be opened, and tries again when asked again. */
  lab: () => Promise<Lab>
  window: () => BrowserWindow | null
  settings: KeptSettings
  /** Puts changed settings into force. */
  heed: (settings: Settings) => Settings
  /** Folder that holds everything of ours. */
  home: string
}

/** Every call that needs no window goes to the lab as it is. */
function labHandlers(lab: IpcContext['lab']): LabCalls {
  const pass = (name: CallName) => async (argument?: unknown) => {
    const calls = (await lab()).calls as unknown as Record<string, (argument?: unknown) => Promise<unknown>>
    return calls[name]!(argument)
  }
  return Object.fromEntries(CALL_NAMES.map((name) => [name, pass(name)])) as unknown as LabCalls
}

const DATASET: Record<'folder' | 'file' | 'games', OpenDialogOptions> = {
  folder: { title: 'Choose the folder of a dataset', properties: ['openDirectory'] },
  file: {
    title: 'Choose a dataset',
    properties: ['openFile'],
    filters: [
      { name: 'JSONL, CSV or Parquet', extensions: ['jsonl', 'ndjson', 'csv', 'tsv', 'gz', 'parquet'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  games: {
    title: 'Choose the games of the puzzles',
    properties: ['openFile'],
    filters: [{ name: 'PGN', extensions: ['pgn', 'gz'] }],
  },
}
const MODEL: Record<'folder' | 'file', OpenDialogOptions> = {
  folder: { title: 'Choose the folder of a model', properties: ['openDirectory'] },
  file: {
    title: 'Choose a model',
    properties: ['openFile'],
    filters: [{ name: 'GGUF, ONNX or safetensors', extensions: ['gguf', 'onnx', 'safetensors'] }],
  },
}

/** Where the user wants a bundle of that name; null when they think better of it. */
async function bundlePath(window: BrowserWindow | null, name: string): Promise<string | null> {
  if (!window) return null
  const { filePath } = await dialog.showSaveDialog(window, {
    title: 'Export bundle',
    defaultPath: join(app.getPath('documents'), name),
    filters: [{ name: 'Bundle', extensions: ['zip'] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  })
  // Not every system's dialog adds the ending; and what lies under another one is no bundle.
  return !filePath || /\.zip$/i.test(filePath) ? filePath || null : `${filePath}.w2s.zip`
}

/** Writes a file where the user says, see `saveTo`; null when they think better of it. */
async function saveFile(
  window: BrowserWindow | null,
  home: string,
  { name, base64 }: Parameters<Calls['saveFile']>[0],
) {
  if (!window) return null
  const ending = extname(name).slice(1)
  const { filePath } = await dialog.showSaveDialog(window, {
    title: 'Save',
    defaultPath: join(app.getPath('documents'), basename(name)),
    filters: [{ name: ending.toUpperCase(), extensions: [ending] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  })
  if (!filePath) return null
  await saveTo(filePath, Buffer.from(base64, 'base64'), home)
  return { path: filePath }
}

/** In a dialog of the system, which a page that somebody got hold of cannot press. */
async function putQuestion(window: BrowserWindow | null, { message, detail, yes }: Question): Promise<boolean> {
  if (!window) return false
  const buttons = [yes, 'Not now']
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message,
    detail,
    buttons,
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}

/** What costs traffic and room, which is asked first: null where the user thinks better of it. */
function fetchingHandlers(
  calls: LabCalls,
  agreed: ReturnType<typeof createConsent>,
  admit: (path: string) => void,
): Pick<Handlers, 'modelGet' | 'install' | 'datasetFetch'> {
  return {
    async modelGet(query) {
      const model = (await calls.models()).find(({ id }) => id === query.id)
      return model && !(await agreed(ofModel(model))) ? null : calls.modelGet(query)
    },
    install: async (query) => ((await agreed(ofTensorflow(query.gpu))) ? calls.install(query) : null),
    async datasetFetch(id) {
      const template = (await calls.templates()).find((one) => one.id === id)
      if (template && !(await agreed(ofDataset(template)))) return null
      const fetched = await calls.datasetFetch(id)
      // What the lab put there may be read as what was chosen.
      if (fetched) admit(fetched.path)
      return fetched
    },
  }
}

/** Asks for files and folders, and knows which were picked. */
function createChooser(window: IpcContext['window']) {
  const chosen = new Set<string>()
  return {
    choose: async (options: OpenDialogOptions): Promise<string | null> => {
      const shown = window()
      const path = shown && (await dialog.showOpenDialog(shown, options)).filePaths[0]
      if (path) chosen.add(path)
      return path ?? null
    },
    /** As if it was picked. */
    admit: (path: string) => void chosen.add(path),
    /** @throws LabError of a path that was not */
    mustBeChosen: (path: string): void => {
      if (!chosen.has(path))
        throw new LabError('bad-input', `${path} was neither chosen in the file dialog nor dropped on the window.`)
    },
  }
}

/** All calls. Those that name a path take it from a dialog or a drop, so that the page can reach no file that the user did not pick. */
function handlersOf(
  { lab, window, settings, heed, home }: IpcContext,
  chooser: ReturnType<typeof createChooser>,
): Handlers {
  const calls = labHandlers(lab)
  const agreed = createConsent((question) => putQuestion(window(), question))
  const { choose, admit, mustBeChosen } = chooser
  const written = new Set<string>()
  return {
    ...calls,
    chooseDataset: (what) => choose(DATASET[what]),
    chooseModel: (what) => choose(MODEL[what]),
    async modelAdd(path) {
      mustBeChosen(path)
      return calls.modelAdd(path)
    },
    ...fetchingHandlers(calls, agreed, admit),
    async datasetPreview(query) {
      for (const path of [query.path, query.games ?? query.path]) mustBeChosen(path)
      return calls.datasetPreview(query)
    },
    async datasetImport(request) {
      for (const path of [request.path, request.games ?? request.path]) mustBeChosen(path)
      return calls.datasetImport(request)
    },
    async corpusAdd(request) {
      mustBeChosen(request.path)
      return calls.corpusAdd(request)
    },
    async exportBundle({ runId, path }) {
      if (path !== '') throw new LabError('bad-input', `path: expected '', for the app asks for it, got ${path}`)
      const target = await bundlePath(window(), bundleName(await calls.runDetail(runId)))
      if (target === null) return null
      const bundle = await calls.exportBundle({ runId, path: target })
      written.add(resolve(target))
      return bundle
    },
    saveFile: (file) => saveFile(window(), home, file),
    settings: (change) => Promise.resolve(heed(settings.change(change))),
    async reveal(path) {
      const whole = resolve(path)
      if (!whole.startsWith(home + sep) && !written.has(whole))
        throw new LabError('bad-input', `${path} is no file of the lab.`)
      shell.showItemInFolder(whole)
      return Promise.resolve(null)
    },
  }
}

/** Only the top frame of our own page may call. */
function isTrusted({ senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOurs(senderFrame.url)
}

/** Takes what the preload says was dropped: nothing else can name a path. */
async function takeDropped(path: unknown, admit: (path: string) => void): Promise<Reply<Dropped>> {
  if (typeof path !== 'string' || path === '')
    return { ok: false, error: { code: 'bad-input', message: 'What was dropped is no file of this machine.' } }
  const kind = await kindOfDropped(path)
  if (kind !== 'other') admit(path)
  return { ok: true, value: { path, kind } }
}

const NOT_OURS: Reply<never> = { ok: false, error: { code: 'bad-input', message: 'This page may not call the lab.' } }

/** Answers every call of the contract: who asks, what is asked, then the value or a failure as data. */
export function serveIpc(context: IpcContext): void {
  const chooser = createChooser(context.window)
  const handlers = handlersOf(context, chooser)
  ipcMain.handle('w2s:dropped', (event, path: unknown) =>
    isTrusted(event) ? takeDropped(path, chooser.admit) : NOT_OURS,
  )
  for (const name of CALL_NAMES) {
    ipcMain.handle(`w2s:${name}`, (event, args: unknown): Promise<Reply<unknown>> | Reply<unknown> =>
      isTrusted(event) ? answer(handlers, name, args, context.home) : NOT_OURS,
    )
  }
}
