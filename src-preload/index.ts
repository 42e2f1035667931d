// The only door between window and lab: three functions, nothing of Electron.
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import { CALLS, type Bridge, type LabEvent } from './contract'

const bridge: Bridge = {
  call: (name, ...args) =>
    Object.hasOwn(CALLS, name)
      ? ipcRenderer.invoke(`w2s:${name}`, args)
      : Promise.resolve({ ok: false, error: { code: 'bad-input', message: `There is no call "${name}".` } }),
  onEvents(listener) {
    const hear = (_event: IpcRendererEvent, events: LabEvent[]) => listener(events)
    ipcRenderer.on('w2s:events', hear)
    return () => ipcRenderer.off('w2s:events', hear)
  },
  dropped: (file) => ipcRenderer.invoke('w2s:dropped', webUtils.getPathForFile(file)),
}

contextBridge.exposeInMainWorld('w2s', bridge)
