import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of its own for this test, removed with it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'w2s-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file system of its own, e.g. of `size=1m`, or null where that may not be made. */
export function mounted(options: string): string | null {
  const folder = join(temporaryFolder(), 'disk')
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return null
  }
  onTestFinished(() => void execFileSync('umount', [folder]))
  return folder
}

/** Takes an ext4 disk away from under its files: `EXT4_IOC_SHUTDOWN`, without a last write. */
const SHUT_DOWN = `import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))`

/** A disk of its own that can be taken away: every read and write of it fails then, as when a cable is pulled. */
export interface Breakable {
  folder: string
  takeAway(): void
  unmount(): void
}

/** A breakable disk in a folder, or null where loop devices, ext4 or Python may not be had. */
export function breakable(parent: string): Breakable | null {
  const [image, folder] = [join(parent, 'disk.img'), join(parent, 'disk')]
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'ignore' })
  mkdirSync(folder)
  try {
    run('truncate', '-s', '128M', image)
    run('mkfs.ext4', '-q', '-F', image)
    run('python3', '-c', '')
    run('mount', '-o', 'loop', image, folder)
  } catch {
    return null
  }
  return {
    folder,
    takeAway: () => void run('python3', '-c', SHUT_DOWN, folder),
    unmount: () => void run('umount', '-l', folder),
  }
}

/** What a mounted file system is from now on, e.g. `ro`. */
export const remount = (folder: string, options: string) =>
  void execFileSync('mount', ['-o', `remount,${options}`, folder])

/** Takes all the room that is left, by a file of this name. */
export function fill(file: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=64k'], { stdio: 'ignore' })
  } catch {
    // dd ends with an error when the disk is full: that is what was wanted
  }
}
