import type { ModelProgress } from './types'

export interface Task {
  onProgress?: (progress: ModelProgress) => void
  signal?: AbortSignal
}

/** `70 MB`, `1.5 GB`, for people. */
export function bytesText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
