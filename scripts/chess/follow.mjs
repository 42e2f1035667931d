import { existsSync, readFileSync } from 'node:fs'

/** The records of a file of JSON lines that is still being written; what an unfinished line holds is left out. */
export function recordsOf(file) {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** Games of the one file that come after the last one of the other. */
export function follow(from, to) {
  const last = recordsOf(to).at(-1)?.game ?? -1
  return recordsOf(from).filter(({ game }) => game > last)
}
