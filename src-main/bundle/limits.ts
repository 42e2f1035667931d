/** Bytes of a file of the bundle. @throws Error when it is larger than that, or not there */
export type ReadFile = (name: string, most: number) => Promise<Buffer>

/** The files of a bundle. */
export interface BundleFiles {
  read: ReadFile
  has: (name: string) => boolean
}

export const LARGEST_TENSORS = 2 ** 30
export const LARGEST_TABLE = 2 ** 28
