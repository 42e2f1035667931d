// Texts that are shown have one kind of apostrophe.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'svelte/compiler'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
/** Statements of SQL, and tokens as their tokenizers have them. */
const SILENT = /^src-main\/(store|data\/tokenizers)\//
const filesIn = (folder: string, ending: RegExp) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => `${folder}/${String(name)}`)
    .filter((path) => ending.test(path) && !SILENT.test(path))

/** Texts in quotes and templates of a script. */
function textsOfScript(source: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push(node.text)
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile('words.ts', source, ts.ScriptTarget.Latest, true))
  return found
}

/** Those of a component, and what stands between its tags. */
function textsOfComponent(source: string): string[] {
  const found: string[] = []
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    const { type, data, value } = node as { type?: string; data?: unknown; value?: unknown }
    if (type === 'Text') found.push(String(data))
    else if (type === 'Literal' && typeof value === 'string') found.push(value)
    else if (type === 'TemplateElement') found.push((value as { raw: string }).raw)
    for (const [key, child] of Object.entries(node)) if (key !== 'css' && key !== 'metadata') visit(child)
  }
  const { fragment, instance, module } = parse(source, { modern: true })
  for (const part of [fragment, instance, module]) visit(part)
  return found
}

const textsOf = (path: string): string[] => {
  const source = readFileSync(join(root, path), 'utf8')
  if (path.endsWith('.md')) return [source]
  return path.endsWith('.svelte') ? textsOfComponent(source) : textsOfScript(source)
}
const STRAIGHT = /\p{L}'(?:s|t|re|ve|ll|d|m)\b|s' (?=\p{Ll})/u

test('no text that is shown mixes a straight apostrophe among the others', () => {
  const all = [
    ...filesIn('src-renderer', /\.(ts|svelte)$/),
    ...filesIn('src-main', /\.ts$/),
    ...filesIn('src-preload', /\.ts$/),
    ...filesIn('docs/guide', /\.md$/),
  ].flatMap((path) => textsOf(path).map((text) => ({ path, text })))
  expect(all.some(({ text }) => text.includes('supervisor’s'))).toBe(true)
  expect(all.filter(({ text }) => STRAIGHT.test(text))).toEqual([])
})
