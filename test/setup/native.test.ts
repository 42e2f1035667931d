import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

// Named by a variable, because scripts have no types.
const script = '../../scripts/setup/native.mjs'
const { native, cardHint } = (await import(script)) as Record<'native' | 'cardHint', (parts: object) => Promise<void>>
const builder = '../../src-native/build.mjs'
const { build, findCompiler } = (await import(builder)) as Record<'build' | 'findCompiler', () => Promise<unknown>>

let folder: string
let clone: string
const built = () => join(clone, 'build', 'w2s.node')
const whyNot = () => join(clone, 'build', 'why-not.txt')
let said: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2s-native-'))
  clone = join(folder, 'clone')
  said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

/** Set-up in a clone whose compiler writes what it is told. */
function setup(change: Record<string, unknown> = {}) {
  const compile = vi.fn(() => {
    const made = join(folder, 'made.node')
    writeFileSync(made, 'binary')
    return Promise.resolve(made)
  })
  const parts = {
    folder: clone,
    kept: join(folder, 'cache'),
    compile,
    compilerHere: () => Promise.resolve({ name: 'c++', version: 'c++ 12' }),
    sources: 'one',
    ...change,
  }
  return { compile, run: () => native(parts) }
}

describe.skipIf(process.platform === 'win32')('set-up of the native engine', () => {
  test('compiles once, and again when the sources change', async () => {
    const first = setup()
    await first.run()
    await first.run()
    expect(first.compile).toHaveBeenCalledTimes(1)
    expect(readFileSync(built(), 'utf8')).toBe('binary')
    const changed = setup({ sources: 'two' })
    await changed.run()
    expect(changed.compile).toHaveBeenCalledTimes(1)
  })

  test('takes from the cache what another clone has compiled, with the same compiler only', async () => {
    await setup().run()
    clone = join(folder, 'another')
    const again = setup()
    await again.run()
    expect(again.compile).not.toHaveBeenCalled()
    expect(readFileSync(built(), 'utf8')).toBe('binary')
    clone = join(folder, 'third')
    const newer = setup({ compilerHere: () => Promise.resolve({ name: 'c++', version: 'c++ 13' }) })
    await newer.run()
    expect(newer.compile).toHaveBeenCalledTimes(1)
  })

  test('takes a binary that the package carries, unless it is of other sources', async () => {
    const carried = join(clone, 'prebuilt', `${process.platform}-${process.arch}`)
    mkdirSync(carried, { recursive: true })
    writeFileSync(join(carried, 'w2s.node'), 'carried')
    writeFileSync(join(carried, 'sources.sha256'), 'one\n')
    const same = setup({ compilerHere: () => Promise.resolve(null) })
    await same.run()
    expect(readFileSync(built(), 'utf8')).toBe('carried')
    await setup({ sources: 'two' }).run()
    expect(readFileSync(built(), 'utf8')).toBe('binary')
  })

  test('without a compiler says so once and goes on; with one it builds', async () => {
    const none = setup({ compilerHere: () => Promise.resolve(null) })
    await none.run()
    await none.run()
    expect(none.compile).not.toHaveBeenCalled()
    expect(said.split('not built').length).toBe(2)
    expect(readFileSync(whyNot(), 'utf8')).toBe('no C++ compiler was found')
    await setup().run()
    expect(existsSync(built())).toBe(true)
    expect(existsSync(whyNot())).toBe(false)
  })

  test('a compiler that fails is quoted, tried again only when something changed, and leaves no stale binary', async () => {
    await setup().run()
    const stderr = 'model/spec.cpp:1: error: unknown type name concept'
    const compile = vi.fn(() => Promise.reject(Object.assign(new Error('Command failed'), { stderr })))
    const broken = setup({ sources: 'two', compile })
    await broken.run()
    await broken.run()
    expect(compile).toHaveBeenCalledTimes(1)
    expect(existsSync(built())).toBe(false)
    expect(readFileSync(whyNot(), 'utf8')).toBe(`c++ failed: ${stderr}`)
  })

  test.each([
    ['that a signal ends', 'kill -9 $$', 'SIGKILL'],
    [
      'whose own program one ends',
      'echo "c++: fatal error: Killed signal terminated program cc1plus" >&2; exit 1',
      'Killed',
    ],
  ])('a compiler %s is told by that signal, and tried again', async (_, ends, signal) => {
    const compiler = join(folder, 'compiler')
    writeFileSync(compiler, `#!/bin/sh\n[ "$1" = --version ] && exec echo "compiler 1"\n${ends}\n`, { mode: 0o755 })
    vi.stubEnv('CXX', compiler)
    const compile = vi.fn(build)
    const { run } = setup({ compile, compilerHere: findCompiler })
    await run()
    await run()
    vi.unstubAllEnvs()
    expect(compile).toHaveBeenCalledTimes(2)
    const why = `${compiler} failed: ended by a signal (${signal}), as systems do where memory runs out`
    expect(readFileSync(whyNot(), 'utf8')).toBe(why)
    expect(said).toContain(why)
  })
})

test('where there is a card, and no library for it, set-up says how it is built, and builds nothing', async () => {
  const driver = join(folder, 'version')
  await cardHint({ folder: clone, driver })
  expect(said).toBe('')
  writeFileSync(driver, 'NVRM version')
  await cardHint({ folder: clone, driver })
  expect(said).toMatch(/`node src-native\/build\.mjs --cuda( --fetch)?` builds its library, in some minutes/)
  said = ''
  mkdirSync(join(clone, 'build'), { recursive: true })
  writeFileSync(join(clone, 'build', 'w2s-cuda.so'), '')
  await cardHint({ folder: clone, driver })
  expect(said).toBe('')
})
