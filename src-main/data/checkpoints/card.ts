import path from 'node:path'
import { readRegular } from '../regular'

/** What a model's makers say of it. */
export interface ModelCard {
  name: string
  /** Short name, e.g. `apache-2.0`; what the hub has no word for by the name that the card has for it. */
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
  const setting = (name: string) =>
    new RegExp(`^${name}:[ \\t]*["']?([\\w.-]+)["']?[ \\t]*$`, 'm').exec(header?.[1] ?? '')?.[1] ?? null
  const licence = setting('license')
  return {
    name: path.basename(path.resolve(folder)),
    licence: licence === 'other' ? (setting('license_name') ?? licence) : licence,
    text: readme === null ? null : readme.slice(header?.[0].length ?? 0).trim(),
  }
}

/** Terms of the app's own models that the hub's list of licences lacks. */
const UNLISTED: readonly string[] = ['wordnet', 'public-domain']

/** The README.md of a card, as `readCard` reads it. */
export function cardText({ name, licence, text }: ModelCard): string {
  const named = licence !== null && UNLISTED.includes(licence) ? `other\nlicense_name: ${licence}` : licence
  const header = named === null ? '' : `---\nlicense: ${named}\n---\n`
  return `${header}${text ?? `# ${name}`}\n`
}
