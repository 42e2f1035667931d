import { existsSync, readdirSync, renameSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../data/folder'
import { artifactFolder, readManifest, sweepTemporary, verifyArtifact, type Manifest } from '../../engine/artifacts'
import { dropUnfinished } from '../../data/unfinished'
import type { ArtifactRow } from '../../store'

export type Origin = ArtifactRow['origin']
export interface Found {
  origin: Origin
  folder: string
  manifest: Manifest
}

/** The finished artifacts on disk: those of this home, and those that came with the app. */
export interface Shelf {
  /** Folder of this home's own. */
  root: string
  /** Not said from where: the one that came with the app where there is one, else this home's own. */
  folder(key: string, origin?: Origin): string
  /** Names, sizes and times of the files of an artifact; '' where there is none. Nothing is read. */
  stamp(key: string): string
  /** Whether a finished artifact is there; not verified. */
  has(key: string, origin?: Origin): boolean
  /**
   * A finished artifact; the bundled one first. One of this home has every file as its manifest says; one that came with
   * the app is verified by whoever reads its files.
   */
  find(key: string): Promise<Found | null>
  /** Takes an artifact off the shelf at once, and what was kept of an unfinished one; its bytes are freed when the promise resolves. */
  discard(key: string): Promise<void>
  /**
   * Moves what is there of an artifact of this home to `<home>/damaged`, where it stays for whoever wants to look at it.
   * @returns the new place; null where there is nothing
   */
  setAside(key: string): string | null
  /** Clears away what writers that are gone left unfinished. */
  sweep(): Promise<void>
}

/** @throws StorageError-worthy file system errors when the home cannot be written to */
export function createShelf(home: string, resources: string): Shelf {
  const root = join(home, 'artifacts')
  const aside = join(home, 'damaged')
  const [vectors, sample] = [join(resources, 'ladders'), join(resources, 'sample')]
  const isIn = (at: string, key: string) => existsSync(join(artifactFolder(at, key), 'manifest.json'))
  const shipped = (key: string) => [vectors, sample].find((at) => isIn(at, key))
  const rootOf = (key: string, origin?: Origin) =>
    origin === 'own' ? root : (shipped(key) ?? (origin === 'bundled' ? vectors : root))
  const folder = (key: string, origin?: Origin) => artifactFolder(rootOf(key, origin), key)
  const has = (key: string, origin?: Origin) => isIn(rootOf(key, origin), key)
  return {
    root,
    folder,
    stamp: (key) => stampOf(folder(key)),
    has,
    async find(key) {
      for (const origin of ['bundled', 'own'] as const) {
        if (!has(key, origin)) continue
        const at = folder(key, origin)
        const manifest = await (origin === 'own' ? verifyArtifact(at) : readManifest(at)).catch(() => null)
        if (manifest) return { origin, folder: at, manifest }
      }
      return null
    },
    async discard(key) {
      await dropUnfinished(root, key)
      if (!existsSync(folder(key, 'own'))) return
      // A rename is atomic: no run can find half of it, and what a crash leaves in tmp is swept.
      const away = join(root, 'tmp', `${key}-discarded-${process.pid}`)
      makeFolder(join(root, 'tmp'))
      renameSync(folder(key, 'own'), away)
      await rm(away, { recursive: true, force: true })
    },
    setAside(key) {
      if (!existsSync(folder(key, 'own'))) return null
      makeFolder(aside)
      const names = readdirSync(aside).filter((name) => name.startsWith(key))
      const place = join(aside, `${key}-${names.length + 1}`)
      renameSync(folder(key, 'own'), place)
      return place
    },
    async sweep() {
      await sweepTemporary(root)
    },
  }
}

function stampOf(folder: string): string {
  if (!existsSync(folder)) return ''
  return readdirSync(folder)
    .map((name) => {
      const found = statSync(join(folder, name), { throwIfNoEntry: false })
      return `${name} ${found?.size} ${found?.mtimeMs}`
    })
    .join()
}
