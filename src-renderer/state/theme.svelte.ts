/** The tokens that canvases need, resolved for the scheme in force. */
export interface Palette {
  bg: string
  pane: string
  sunk: string
  line: string
  edge: string
  ink: string
  soft: string
  faint: string
  weak: string
  student: string
  student2: string
  student3: string
  student4: string
  student5: string
  ceiling: string
  copied: string
  corrected: string
  warn: string
}
const TOKENS = [
  'bg',
  'pane',
  'sunk',
  'line',
  'edge',
  'ink',
  'soft',
  'faint',
  'weak',
  'student',
  'student2',
  'student3',
  'student4',
  'student5',
  'ceiling',
  'copied',
  'corrected',
  'warn',
] as const satisfies readonly (keyof Palette)[]

function read(): Palette {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(
    TOKENS.map((token) => [token, style.getPropertyValue(`--${token}`).trim() || '#808080']),
  ) as Record<(typeof TOKENS)[number], string>
}

/** Follows the system between light and dark. */
class Theme {
  palette = $state.raw<Palette>(read())

  start(): () => void {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => (this.palette = read())
    dark.addEventListener('change', follow)
    follow()
    return () => dark.removeEventListener('change', follow)
  }
}

export const theme = new Theme()
