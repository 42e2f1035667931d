import { open } from 'node:fs/promises'

/** Makes the content of a file durable, whoever wrote it. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.sync().finally(() => handle.close())
}

/** Makes the names in a folder durable. Windows cannot open folders; there the rename itself has to do. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
