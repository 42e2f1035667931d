import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseIsa } from '../../../src-main/engine/backends/native/kernels'
import type { Isa } from '../../../src-native/model'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'w2s-kernels-'))
})
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true })
})

/** An addon of which only the times are there; counts how often it was asked. */
function addon(seconds: Partial<Record<Isa, number>>, processor = 'AuthenticAMD 1') {
  const asked: Isa[] = []
  return {
    asked,
    processor,
    isas: Object.keys(seconds) as Isa[],
    measure(isa: Isa) {
      asked.push(isa)
      return seconds[isa]!
    },
  }
}

describe('the choice of kernels', () => {
  test('is what is fastest, the newer ones unless another is clearly faster', () => {
    expect(chooseIsa(addon({ avx512: 1, avx2: 0.8, baseline: 3 }), folder, 'a')).toBe('avx2')
    expect(chooseIsa(addon({ avx512: 1, avx2: 0.99, baseline: 3 }), folder, 'b')).toBe('avx512')
    expect(chooseIsa(addon({ avx512: 1, avx512vl: 0.7, avx2: 0.8 }), folder, 'c')).toBe('avx512vl')
  })

  test('is measured once a processor and build, whatever a later measurement would say', () => {
    const first = addon({ avx512: 1, avx2: 2 })
    const later = addon({ avx512: 2, avx2: 1 })
    expect(chooseIsa(first, folder, 'build')).toBe('avx512')
    expect(chooseIsa(later, folder, 'build')).toBe('avx512')
    expect([first.asked, later.asked]).toEqual([['avx512', 'avx2'], []])
    expect(chooseIsa(later, folder, 'other build')).toBe('avx2')
    expect(chooseIsa(addon({ avx512: 2, avx2: 1 }, 'GenuineIntel 2'), folder, 'build')).toBe('avx2')
  })

  test('is made again where what was kept is no choice', () => {
    chooseIsa(addon({ avx512: 1, avx2: 2 }), folder, 'build')
    const [name] = readdirSync(folder)
    const file = path.join(folder, name!)
    writeFileSync(file, 'avx')
    expect(chooseIsa(addon({ avx512: 2, avx2: 1 }), folder, 'build')).toBe('avx2')
    expect(readFileSync(file, 'utf8')).toBe('avx2\n')
    expect(readdirSync(folder)).toEqual([name])
  })

  test('is the newest where it cannot be kept, since two loads could measure differently', () => {
    const file = path.join(folder, 'a file')
    writeFileSync(file, '')
    expect(chooseIsa(addon({ avx512: 2, avx2: 1 }), path.join(file, 'below'), 'build')).toBe('avx512')
  })

  test('needs no measurement where there is none to make', () => {
    const only = addon({ baseline: 1 })
    expect(chooseIsa(only, folder, 'build')).toBe('baseline')
    expect([only.asked, readdirSync(folder)]).toEqual([[], []])
  })
})
