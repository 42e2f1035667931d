export const LIBRARY_VERSION = '2.21.0'
export function assertLinked(): { gpu: boolean } {
  return { gpu: false }
}
