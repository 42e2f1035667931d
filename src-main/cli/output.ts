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

/** Width of prose where nobody says how wide lines may be. */
const PLAIN_COLUMNS = 100
const CLEAR = '\r\x1b[K'

export function createOutput(json: boolean, { stdout, stderr, env }: Streams = process): Output {
  const people = json ? stderr : stdout
  const live = Boolean(people.isTTY) && env.TERM !== 'dumb'
  const colours = live && !env.NO_COLOR
  const columns = live ? people.columns || 80 : PLAIN_COLUMNS
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
      people.write(text + '\n')
    },
    status(text) {
      if (!live || text === drawn) return
      clear()
      // A line that wraps could not be redrawn.
      people.write([...text].slice(0, columns - 1).join(''))
      drawn = text
    },
    error(text) {
      clear()
      stderr.write(text + '\n')
    },
    document(value) {
      clear()
      if (json) stdout.write(JSON.stringify(value) + '\n')
    },
    paint: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
  }
}
