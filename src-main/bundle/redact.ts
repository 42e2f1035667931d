import { homedir } from 'node:os'

/** Home folders of any user, in log lines and error messages. */
const HOMES = [/\/(?:home|Users)\/[^/\s"':]+/g, /[A-Za-z]:\\Users\\[^\\\s"':]+/g]

/** A function that takes folders of this machine and names of its users out of a text. `hide` maps a path to its stand-in. */
export function redactor(hide: Record<string, string>): (text: string) => string {
  const paths = Object.entries({ [homedir()]: '~', ...hide })
    .filter(([path]) => path.length > 1)
    .sort(([a], [b]) => b.length - a.length) // the longest first: the data folder lies in the home folder
  return (text) => {
    const known = paths.reduce((out, [path, name]) => out.replaceAll(path, name), text)
    return HOMES.reduce((out, pattern) => out.replace(pattern, '~'), known)
  }
}

/** Indented JSON with every string redacted, ending in a line feed. */
export function json(value: unknown, redact: (text: string) => string): string {
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === 'string' ? redact(v) : v), 2) + '\n'
}
