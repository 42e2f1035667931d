import path from 'node:path'
import { readRegular } from '../regular'

/** What a model's makers say of it. */
export interface ModelCard {
  name: string
  /** Short name, e.g. `apache-2.0`. */
  licence: string | null
  /** The text of its README, without the header. */
  text: string | null
}

/** Bytes of a README.md that is shown. */
const LONGEST = 1 << 20

/** The card that lies in a model's folder: `README.md` with a header of settings between lines of `---`. */
export async function readCard(folder: string): Promise<ModelCard> {
  const readme = await readRegular(path.join(folder, 'README.md'), LONGEST).then(String, () => null)
  const header = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(readme ?? '')
  const licence = /^license:[ \t]*["']?([\w.-]+)["']?[ \t]*$/m.exec(header?.[1] ?? '')?.[1] ?? null
  return {
    name: path.basename(path.resolve(folder)),
    licence,
    text: readme === null ? null : readme.slice(header?.[0].length ?? 0).trim(),
  }
}

/** The README.md of a card, as `readCard` reads it. */
export function cardText({ name, licence, text }: ModelCard): string {
  const header = licence === null ? '' : `---\nlicense: ${licence}\n---\n`
  return `${header}${text ?? `# ${name}`}\n`
}
