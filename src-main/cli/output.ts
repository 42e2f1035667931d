import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/**
 * Where a command speaks. For people: lines on stdout, and one line below them that is redrawn (terminals only). With
 * `--json` all of that goes to stderr, and stdout gets one line: the document.
 */
export interface Output {
  readonly json: boolean
  /** Whether a line can be redrawn. */
  readonly live: boolean
  readonly columns: number
  line(text?: string): void
  /** Redraws the bottom line; nothing where lines cannot be redrawn. */
  status(text: string): void
  /** A line on stderr. */
  error(text: string): void
  /** The one document of `--json`; nothing otherwise. */
  document(value: object): void
  /** Colours, where they are wanted (not in files, not with NO_COLOR). */
  paint(style: Style, text: string): string
}

interface Streams {
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  env: Record<string, string | undefined>
}

/**
 * What a text of others may not say to a terminal: C0 and C1 controls (they move the cursor, name the window, erase), and
 * the marks that turn the direction of all that follows. Line ends stay; a tab is a blank.
 */
const CONTROLS = /(?![\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
const clean = (text: string) => text.replaceAll('\t', ' ').replace(CONTROLS, '')
/** The same in JSON, where they are written out. */
const escaped = (json: string) =>
  json.replace(CONTROLS, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Width of prose where nobody says how wide lines may be. */
const PLAIN_COLUMNS = 100
const CLEAR = '\r\x1b[K'
const ESCAPE = String.fromCharCode(27)
/** A colour, as Node paints it. */
const SEQUENCE = new RegExp(`(${ESCAPE}\\[\\d+m)`, 'g')

export function createOutput(json: boolean, { stdout, stderr, env }: Streams = process): Output {
  const people = json ? stderr : stdout
  const live = Boolean(people.isTTY) && env.TERM !== 'dumb'
  const colours = live && !env.NO_COLOR
  const columns = live ? people.columns || 80 : PLAIN_COLUMNS
  /** Colours that were asked for here: the only sequences that are let through. A text can borrow one, no more. */
  const ours = new Set<string>()
  const safe = (text: string) =>
    text
      .split(SEQUENCE)
      .map((part) => (ours.has(part) ? part : clean(part)))
      .join('')
  let drawn = ''
  const clear = () => {
    if (drawn !== '') people.write(CLEAR)
    drawn = ''
  }
  return {
    json,
    live,
    columns,
    line(text = '') {
      clear()
      people.write(safe(text) + '\n')
    },
    status(text) {
      if (!live || text === drawn) return
      clear()
      // A line that wraps could not be redrawn.
      people.write([...clean(text).replaceAll('\n', ' ')].slice(0, columns - 1).join(''))
      drawn = text
    },
    error(text) {
      clear()
      stderr.write(safe(text) + '\n')
    },
    document(value) {
      clear()
      if (json) stdout.write(escaped(JSON.stringify(value)) + '\n')
    },
    paint(style, text) {
      if (!colours) return text
      const painted = styleText(style, clean(text), { validateStream: false })
      for (const [sequence] of painted.matchAll(SEQUENCE)) ours.add(sequence)
      return painted
    },
  }
}
