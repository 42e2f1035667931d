/** Memory that runs leave alone, in bytes: what the system, the desktop and other programs want for themselves. */
export interface Reserve {
  memoryBytes: number
  gpuBytes: number
}

export const USUAL_RESERVE: Reserve = { memoryBytes: 1.5e9, gpuBytes: 0.5e9 }
