import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

/** Every file below a folder, relative to it. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort()
}

/** Bytes of all files below a folder, or of those that count; 0 where there is none, and for what vanishes meanwhile. */
export async function sizeOfFolder(folder: string, counts: (name: string) => boolean = () => true): Promise<number> {
  const names = (await filesOf(folder).catch(() => [])).filter(counts)
  const sizes = names.map((name) =>
    lstat(path.join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Bytes of every folder, one after the other: thousands of files are looked at. */
export async function sizesOfFolders(folders: readonly string[]): Promise<number[]> {
  const sizes: number[] = []
  for (const folder of folders) sizes.push(await sizeOfFolder(folder))
  return sizes
}
