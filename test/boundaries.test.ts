// Who may import whom (DESIGN: science is pure, Electron an adapter, the window knows the contract alone), no cycles,
// no file that has outgrown its idea.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

interface Import {
  /** Repository path of our own file, or the bare name of a package. */
  target: string
  own: boolean
  typeOnly: boolean
  /** Whether it is an export of what another file has. */
  passedOn: boolean
}
interface Source {
  path: string
  text: string
  imports: Import[]
}

const ENDINGS = ['', '.ts', '.svelte.ts', '/index.ts']

function resolveOwn(from: string, name: string, known: ReadonlySet<string>): string {
  const whole = relative(root, resolve(dirname(join(root, from)), name.replace(/\?.*$/, '')))
  return ENDINGS.map((ending) => whole + ending).find((path) => known.has(path)) ?? whole
}

/** TypeScript of a file; of a Svelte component its scripts. */
function codeOf(path: string, text: string): string {
  if (!path.endsWith('.svelte')) return text
  return [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code).join('\n')
}

function importsOf(path: string, text: string, known: ReadonlySet<string>): Import[] {
  const found: Import[] = []
  const add = (name: string, typeOnly: boolean, passedOn = false) => {
    const own = name.startsWith('.')
    found.push({ target: own ? resolveOwn(path, name, known) : name, own, typeOnly, passedOn })
  }
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const named = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause
      const clauseIsType = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly
      const onlyTypes =
        named !== undefined &&
        (ts.isNamedImports(named) || ts.isNamedExports(named)) &&
        named.elements.length > 0 &&
        named.elements.every((element) => element.isTypeOnly) &&
        !(ts.isImportDeclaration(node) && node.importClause?.name)
      add((node.moduleSpecifier as ts.StringLiteral).text, clauseIsType || onlyTypes, ts.isExportDeclaration(node))
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments
      if (argument && ts.isStringLiteral(argument)) add(argument.text, false)
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add((node.argument.literal as ts.StringLiteral).text, true)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, codeOf(path, text), ts.ScriptTarget.Latest, true))
  return found
}

/** The functions of a file that take more than 60 lines, each with its name. */
function longFunctions(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, codeOf(path, text), ts.ScriptTarget.Latest, true)
  const lineOf = (at: number) => file.getLineAndCharacterOfPosition(at).line
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const lines = lineOf(node.getEnd()) - lineOf(node.getStart()) + 1
    if (ts.isFunctionLike(node) && lines > 60) found.push(`${path} ${nameOf(node)}: ${lines} lines`)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function nameOf({ name, parent }: ts.SignatureDeclaration): string {
  return name?.getText() ?? (ts.isVariableDeclaration(parent) ? parent.name.getText() : 'a function')
}

function readSources(): Source[] {
  const paths = ['src-main', 'src-native', 'src-preload', 'src-renderer'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|svelte)$/.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  )
  const known = new Set(paths)
  return paths.sort().map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, text, imports: importsOf(path, text, known) }
  })
}

const sources = readSources()
const inFolder = (folder: string) => (path: string) => path.startsWith(`${folder}/`)
const TFJS = /^@tensorflow\/tfjs/
const NODE = /^node:/

/** For every part of the tree: what of ours and which packages it may import; `types` only as types. */
const TABLE: { part: RegExp; own: RegExp[]; types?: RegExp[]; packages: RegExp[] }[] = [
  {
    part: /^src-main\/science\//,
    own: [/^src-main\/science\//],
    packages: [/^zod$/, /^canonicalize$/, /^@noble\/hashes\//],
  },
  {
    part: /^src-main\/engine\//,
    own: [/^src-main\/(engine|science|data)\//, /^package\.json$/],
    // The addon itself is loaded by its path.
    types: [/^src-native\/model\.ts$/],
    packages: [NODE, TFJS],
  },
  {
    part: /^src-main\/data\//,
    own: [/^src-main\/(data|science)\//],
    packages: [
      NODE,
      /^papaparse$/,
      /^hyparquet(-compressors)?$/,
      /^zod$/,
      /^yauzl$/,
      /^chess\.js$/,
      /^onnx-proto$/,
      /^@huggingface\/tokenizers$/,
    ],
  },
  {
    part: /^src-main\/store\//,
    // Folders are made in one way by all.
    own: [/^src-main\/store\//, /^src-main\/data\/folder\.ts$/],
    types: [/^src-main\/science\//, /^src-preload\/contract\.ts$/],
    packages: [NODE, /^better-sqlite3$/],
  },
  {
    part: /^src-main\/bundle\//,
    own: [/^src-main\/(bundle|science|data)\//],
    types: [/^src-main\/store\//, /^src-preload\/contract\.ts$/],
    packages: [NODE, /^yazl$/, /^yauzl$/, /^papaparse$/, /^zod$/],
  },
  {
    part: /^src-main\/lab\//,
    // The artifact folder is what the protocol leaves on disk: host and engine share its one reader.
    own: [
      /^src-main\/(lab|science|store|data|bundle)\//,
      /^src-preload\/contract\.ts$/,
      /^src-main\/engine\/artifacts\.ts$/,
    ],
    types: [/^src-main\/engine\/protocol\.ts$/],
    packages: [NODE, /^zod$/],
  },
  {
    part: /^src-main\/cli(\.ts$|\/)/,
    own: [/^src-main\/(cli|lab|science|data|bundle)\//, /^src-preload\/spec-text\.ts$/, /^package\.json$/],
    types: [/^src-main\/engine\/protocol\.ts$/, /^src-preload\/contract\.ts$/],
    packages: [NODE],
  },
  {
    part: /^src-main\/(index|ipc|window|consent|dropped|assets|settings)\.ts$/,
    own: [
      /^src-main\/(ipc|window|consent|dropped|assets|settings)\.ts$/,
      /^src-main\/lab\//,
      /^src-main\/data\/folder\.ts$/,
      /^src-preload\/contract\.ts$/,
    ],
    types: [/^src-main\/engine\/protocol\.ts$/],
    packages: [NODE, /^electron$/],
  },
  {
    part: /^src-native\//,
    own: [],
    types: [/^src-main\/(science\/models\/net|engine\/backends\/learner)\.ts$/],
    packages: [],
  },
  {
    part: /^src-preload\/(app|contract|examples|room|runs|studies)\.ts$/,
    own: [],
    types: [/^src-main\/(science|engine|data)\//, /^src-preload\/(app|examples|room|runs|studies)\.ts$/],
    packages: [],
  },
  // The one reader of YAML: window and command line have it from here.
  { part: /^src-preload\/spec-text\.ts$/, own: [], packages: [/^yaml$/] },
  { part: /^src-preload\/index\.ts$/, own: [/^src-preload\/contract\.ts$/], packages: [/^electron$/] },
  {
    part: /^src-renderer\//,
    // Numbers of the paper are drawn beside ours.
    own: [/^src-renderer\//, /^src-preload\/(contract|spec-text)\.ts$/, /^resources\/paper\/figures\.json$/],
    packages: [
      /^svelte(\/|$)/,
      /^chart\.js(\/|$)/,
      /^papaparse$/,
      /^chartjs-plugin-annotation$/,
      /^@xyflow\/svelte(\/|$)/,
      /^@tanstack\/svelte-virtual$/,
      /^@fontsource-variable\/inter/,
      /^tinykeys$/,
      /^fuzzysort$/,
      /^marked$/,
      /^chess\.js$/,
    ],
  },
]

/** Value imports of ours, file → files. */
function valueGraph(): Map<string, string[]> {
  return new Map(
    sources.map(({ path, imports }) => [path, imports.filter((i) => i.own && !i.typeOnly).map((i) => i.target)]),
  )
}

function findCycle(graph: Map<string, string[]>): string[] | null {
  const finished = new Set<string>()
  const walk = (path: string, trail: string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (finished.has(path)) return null
    for (const next of graph.get(path) ?? []) {
      const cycle = walk(next, [...trail, path])
      if (cycle) return cycle
    }
    finished.add(path)
    return null
  }
  for (const path of graph.keys()) {
    const cycle = walk(path, [])
    if (cycle) return cycle
  }
  return null
}

describe('imports', () => {
  it('reads the tree at all', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.find((s) => s.path === 'src-main/index.ts')?.imports.map((i) => i.target)).toContain('electron')
    expect(sources.find((s) => s.path === 'src-renderer/App.svelte')?.imports.length).toBeGreaterThan(3)
  })

  it('gives every file exactly one row of the table', () => {
    const rows = sources.map(({ path }) => [path, TABLE.filter(({ part }) => part.test(path)).length] as const)
    expect(rows.filter(([, count]) => count !== 1)).toEqual([])
  })

  it('follows the table', () => {
    const forbidden = sources.flatMap(({ path, imports }) => {
      const row = TABLE.find(({ part }) => part.test(path))
      if (!row) return []
      const isAllowed = ({ target, own, typeOnly }: Import) =>
        (own ? row.own : row.packages).some((rule) => rule.test(target)) ||
        (typeOnly && (row.types ?? []).some((rule) => rule.test(target))) ||
        (own && /\.(css|json)$/.test(target) && dirname(target).startsWith(path.split('/')[0]!))
      return imports.filter((i) => !isAllowed(i)).map((i) => `${path} → ${i.typeOnly ? 'type ' : ''}${i.target}`)
    })
    expect(forbidden).toEqual([])
  })

  it('leaves Electron to index, ipc, window and the preload', () => {
    const importers = sources.filter((s) => s.imports.some((i) => /^electron(\/|$)/.test(i.target))).map((s) => s.path)
    expect(importers).toEqual(['src-main/index.ts', 'src-main/ipc.ts', 'src-main/window.ts', 'src-preload/index.ts'])
  })

  it.each(['tasks', 'losses', 'methods', 'models', 'metrics/variants'])(
    'keeps the variants in science/%s apart',
    (noun) => {
      const folder = `src-main/science/${noun}`
      const index = sources.find((s) => s.path === `${folder}/index.ts`)
      const variants = new Set(
        index?.imports.filter((i) => !i.typeOnly && !i.passedOn && inFolder(folder)(i.target)).map((i) => i.target),
      )
      expect(variants.size).toBeGreaterThan(0)
      const arrows = sources
        .filter((s) => variants.has(s.path))
        .flatMap((s) => s.imports.filter((i) => variants.has(i.target)).map((i) => `${s.path} → ${i.target}`))
      expect(arrows).toEqual([])
    },
  )

  it('has no cycle', () => {
    expect(findCycle(valueGraph())).toBeNull()
  })

  it('would find a cycle', () => {
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b'])
  })
})

describe('files', () => {
  it('stay within 400 lines', () => {
    expect(sources.filter((s) => s.text.split('\n').length > 401).map((s) => s.path)).toEqual([])
  })

  it('keep the contract to what one can read in a sitting', () => {
    const contract = sources.find((s) => s.path === 'src-preload/contract.ts')!
    expect(contract.text.split('\n').length).toBeLessThanOrEqual(295)
  })

  it('have functions of at most 60 lines, factories among them', () => {
    expect(sources.flatMap(({ path, text }) => longFunctions(path, text))).toEqual([])
    const long = `function f() {\n${'  g()\n'.repeat(59)}}`
    expect(longFunctions('a.ts', long)).toEqual(['a.ts f: 61 lines'])
  })

  it('make folders in one way, which ends below one that takes none', () => {
    const others = sources.filter((s) => /\bmkdir(Sync)?\(/.test(s.text)).map((s) => s.path)
    expect(others).toEqual(['src-main/data/folder.ts'])
  })

  it('silence no checker', () => {
    const silenced = sources.filter((s) => /@ts-(ignore|nocheck|expect-error)|eslint-disable/.test(s.text))
    expect(silenced.map((s) => s.path)).toEqual([])
  })
})
