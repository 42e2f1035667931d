import { app, dialog, ipcMain, shell, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { join, resolve, sep } from 'node:path'
import { CALL_NAMES, type CallName, type Reply } from '../src-preload/contract'
import type { Lab } from './lab'
import { answer, type Handlers } from './lab/calls'
import { LabError } from './lab/errors'
import type { LabCalls } from './lab/options'
import { createConsent, ofModel, ofTensorflow, type Question } from './consent'
import { isOurs } from './window'

/** What the calls need beside the lab. */
export interface IpcContext {
  /** The open lab; rejects while it cannot be opened, and tries again when asked again. */
  lab: () => Promise<Lab>
  window: () => BrowserWindow | null
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

const fileName = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'run'

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

/** All calls. Those that name a path take it from a dialog, so that the page can reach no file that the user did not pick. */
function handlersOf({ lab, window, home }: IpcContext): Handlers {
  const calls = labHandlers(lab)
  const agreed = createConsent((question) => putQuestion(window(), question))
  const chosen = new Set<string>()
  const written = new Set<string>()
  const mustBeChosen = (path: string) => {
    if (!chosen.has(path)) throw new LabError('bad-input', `${path} was not chosen in the file dialog.`)
  }
  const remember = (path: string | undefined) => {
    if (path !== undefined) chosen.add(path)
    return path ?? null
  }
  return {
    ...calls,
    async chooseDataset() {
      const shown = window()
      if (!shown) return null
      const { filePaths } = await dialog.showOpenDialog(shown, {
        title: 'Choose a dataset',
        properties: ['openFile'],
        filters: [
          { name: 'JSONL or CSV', extensions: ['jsonl', 'ndjson', 'csv', 'tsv', 'gz'] },
          { name: 'All files', extensions: ['*'] },
        ],
      })
      return remember(filePaths[0])
    },
    async chooseModel(what) {
      const shown = window()
      if (!shown) return null
      const { filePaths } = await dialog.showOpenDialog(
        shown,
        what === 'folder'
          ? { title: 'Choose the folder of a model', properties: ['openDirectory'] }
          : {
              title: 'Choose a model',
              properties: ['openFile'],
              filters: [{ name: 'GGUF, ONNX or safetensors', extensions: ['gguf', 'onnx', 'safetensors'] }],
            },
      )
      return remember(filePaths[0])
    },
    async modelAdd(path) {
      mustBeChosen(path)
      return calls.modelAdd(path)
    },
    async modelGet(query) {
      const model = (await calls.models()).find(({ id }) => id === query.id)
      if (model && !(await agreed(ofModel(model)))) return null
      return calls.modelGet(query)
    },
    async install(query) {
      return (await agreed(ofTensorflow(query.gpu))) ? calls.install(query) : null
    },
    async datasetPreview(query) {
      mustBeChosen(query.path)
      return calls.datasetPreview(query)
    },
    async datasetImport(request) {
      mustBeChosen(request.path)
      return calls.datasetImport(request)
    },
    async exportBundle({ runId, path }) {
      if (path !== '') throw new LabError('bad-input', `path: expected '', for the app asks for it, got ${path}`)
      const { name } = await calls.runDetail(runId)
      const shown = window()
      if (!shown) return null
      const { filePath } = await dialog.showSaveDialog(shown, {
        title: 'Export bundle',
        defaultPath: join(app.getPath('documents'), `${fileName(name)}.w2s.zip`),
        filters: [{ name: 'Bundle', extensions: ['zip'] }],
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      })
      if (!filePath) return null
      // Not every system's dialog adds the ending; and what lies under another one is no bundle.
      const target = /\.zip$/i.test(filePath) ? filePath : `${filePath}.w2s.zip`
      const bundle = await calls.exportBundle({ runId, path: target })
      written.add(resolve(target))
      return bundle
    },
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

/** Answers every call of the contract: who asks, what is asked, then the value or a failure as data. */
export function serveIpc(context: IpcContext): void {
  const handlers = handlersOf(context)
  for (const name of CALL_NAMES) {
    ipcMain.handle(`w2s:${name}`, (event, args: unknown): Promise<Reply<unknown>> | Reply<unknown> =>
      isTrusted(event)
        ? answer(handlers, name, args, context.home)
        : { ok: false, error: { code: 'bad-input', message: 'This page may not call the lab.' } },
    )
  }
}
