import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { LabError } from '../errors'

/** What must stay free beside what a run will write. */
const MARGIN = 100 * 1024 ** 2

/** Bytes that may still be written where `folder` lies, or would lie. */
export function freeBytes(folder: string): number {
  if (!existsSync(folder)) return freeBytes(dirname(folder))
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Why a run of about `bytes` would fill the disk, with what to do; '' when it would not. */
export function spaceProblem(folder: string, bytes: number): string {
  const free = freeBytes(folder)
  if (free >= bytes + MARGIN) return ''
  const [needs, has] = [bytes + MARGIN, free].map(megabytes)
  return `This run needs about ${needs} MB in ${folder}, and ${has} MB are free. Free some space, remove old runs, or make the run smaller.`
}

/** @throws LabError `storage` when a run of about `bytes` would fill the disk */
export function checkSpace(folder: string, bytes: number): void {
  const problem = spaceProblem(folder, bytes)
  if (problem !== '') throw new LabError('storage', problem)
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1024 ** 2).toLocaleString('en')
