import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Takes an ext4 disk away from under its files: `EXT4_IOC_SHUTDOWN`, without a last write. */
const SHUT_DOWN = `import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))`

/** A disk of its own that can be taken away: every read and write of it fails then, as when a cable is pulled. */
export interface Breakable {
  folder: string
  takeAway: () => void
  unmount(): void
}

/** A breakable disk in a folder, or null where loop devices, ext4 or Python may not be had. */
export function breakable(parent: string): Breakable | null {
  const [image, folder] = [join(parent, 'disk.img'), join(parent, 'disk')]
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'ignore' })
  mkdirSync(folder)
  try {
    run('truncate', '-s', '512M', image)
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
