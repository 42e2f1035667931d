import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const FOLDER = 'docs/pictures'

test('the README shows every picture that is kept, light and dark, and none weighs much', () => {
  const named = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/docs\/pictures\/([\w-]+\.webp)/g)]
  const kept = readdirSync(join(root, FOLDER))
  expect(named.map(([, name]) => name!).sort()).toEqual(kept.sort())
  for (const name of kept) {
    expect(kept).toContain(name.replace(/-(light|dark)\./, (_, of) => `-${of === 'light' ? 'dark' : 'light'}.`))
    expect(statSync(join(root, FOLDER, name)).size, name).toBeLessThan(200_000)
  }
})
