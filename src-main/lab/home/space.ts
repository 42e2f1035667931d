import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { bytesText } from '../../data/models/progress'
import { LabError } from '../errors'

/** What must stay free beside what a run will write, in bytes. */
const MARGIN = 100e6

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
  return `This run writes about ${bytesText(bytes)} to ${folder}, where ${bytesText(MARGIN)} more must stay free; ${bytesText(free)} are free. Free some space, remove old runs, or make the run smaller.`
}

/** @throws LabError `storage` when a run of about `bytes` would fill the disk */
export function checkSpace(folder: string, bytes: number): void {
  const problem = spaceProblem(folder, bytes)
  if (problem !== '') throw new LabError('storage', problem)
}
