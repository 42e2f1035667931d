import { markdown, type Token } from './markdown'

/** What the guide has pages on, in the order in which they stand. */
export const NOUNS = {
  forms: 'Settings',
  methods: 'Methods',
  labels: 'Weak labels',
  models: 'Models',
  metrics: 'Metrics',
  measures: 'Measures',
} as const
export type Noun = keyof typeof NOUNS

export interface GuidePage {
  noun: Noun
  /** That of the variant that it is about. */
  id: string
  title: string
  /** What stands under the title. */
  body: Token[]
}

const FILES = import.meta.glob<string>('../../docs/guide/*/*.md', { query: '?raw', import: 'default', eager: true })

/** All pages by `noun/id`; each begins with its title. */
const PAGES: ReadonlyMap<string, GuidePage> = new Map(
  Object.entries(FILES).map(([file, text]) => {
    const [noun, name] = file.split('/').slice(-2) as [Noun, string]
    const id = name.replace(/\.md$/, '')
    const [title, ...body] = markdown(text)
    return [`${noun}/${id}`, { noun, id, title: title?.type === 'heading' ? String(title['text']) : id, body }]
  }),
)

/** The page on a variant; undefined where there is none. @param name `noun/id` */
export const guidePage = (name: string): GuidePage | undefined => PAGES.get(name)

/** The pages of a noun, by title. */
export const guidePages = (noun: Noun): GuidePage[] =>
  [...PAGES.values()].filter((page) => page.noun === noun).sort((a, b) => a.title.localeCompare(b.title))
