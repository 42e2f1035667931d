import { expect, it } from 'vitest'
import { assetOf, CONTENT_SECURITY_POLICY } from '../src-main/assets'

const folder = '/opt/lab/renderer'

it('serves files of the renderer', () => {
  expect(assetOf(folder, 'app://lab/index.html')).toEqual({
    path: `${folder}/index.html`,
    type: 'text/html; charset=utf-8',
  })
  expect(assetOf(folder, 'app://lab/')?.path).toBe(`${folder}/index.html`)
  expect(assetOf(folder, 'app://lab/assets/a%20b.js?v=1#x')?.path).toBe(`${folder}/assets/a b.js`)
  expect(assetOf(folder, 'app://lab/assets/inter.woff2')?.type).toBe('font/woff2')
})

it.each([
  'app://lab/../main/index.js',
  'app://lab/%2e%2e/main/index.js',
  'app://lab/..%2f..%2fetc%2fpasswd.json',
  'app://lab/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.json',
  'app://lab/a%00.js',
  'app://lab/%E0%A4%A.js',
  'app://other/index.html',
  'http://lab/index.html',
  'file:///opt/lab/renderer/index.html',
  'app://lab/data.sqlite',
  'not an address',
])('keeps %s inside the folder or refuses it', (address) => {
  const asset = assetOf(folder, address)
  if (asset) expect(asset.path.startsWith(`${folder}/`)).toBe(true)
  else expect(asset).toBeNull()
})

it.each(['app://lab/..%2f..%2fetc%2fpasswd.json', 'app://lab/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.json'])(
  'refuses %s, which leads out',
  (address) => expect(assetOf(folder, address)).toBeNull(),
)

it('allows no inline code, no eval and no network', () => {
  expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'")
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*/)
})
