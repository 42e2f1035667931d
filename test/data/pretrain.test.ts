import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseVectors, pretrainingTexts, pretrainVectors, vectorFiles } from '../../src-main/data/pretrain'
import { createCounter, ppmi, type SparseMatrix } from '../../src-main/data/vectors/cooccurrence'
import { leftSingular, SVD_STEPS, symmetricEigen } from '../../src-main/data/vectors/svd'
import { createRng } from '../../src-main/science/maths/rng'

function dense({ size, starts, columns, values }: SparseMatrix): number[][] {
  const out = Array.from({ length: size }, () => Array.from({ length: size }, () => 0))
  for (let i = 0; i < size; i++) for (let k = starts[i]!; k < starts[i + 1]!; k++) out[i]![columns[k]!]! += values[k]!
  return out
}

describe('co-occurrence', () => {
  it('counts every pair within the window, both ways, none across texts or over unknown words', () => {
    const document = fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 15 })
    fc.assert(
      fc.property(fc.array(document, { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), (documents, window) => {
        const counter = createCounter(7, window)
        const expected = Array.from({ length: 7 }, () => Array.from({ length: 7 }, () => 0))
        for (const words of documents) {
          counter.add(Int32Array.from(words))
          words.forEach((a, i) =>
            words.forEach((b, j) => {
              if (i !== j && Math.abs(i - j) <= window && a >= 0 && b >= 0) expected[a]![b]! += 1
            }),
          )
        }
        expect(dense(counter.finish())).toEqual(expected)
      }),
    )
  })

  it('counts a million different pairs right', () => {
    const counter = createCounter(1500, 1499)
    counter.add(Int32Array.from({ length: 1500 }, (_, i) => i))
    const { values, columns, starts } = counter.finish()
    expect(values).toHaveLength(1500 * 1499)
    expect(values.every((n) => n === 1)).toBe(true)
    expect([...columns.subarray(starts[700], starts[701])]).not.toContain(700)
  })

  it('weighs by positive PMI with smoothed contexts', () => {
    const counter = createCounter(3, 1)
    counter.add(Int32Array.of(0, 1, 0, 1, 2))
    // counts: 0-1 three times, 1-2 once; totals 3, 4, 1
    const [c0, c1, c2] = [3 ** 0.75, 4 ** 0.75, 1] as const
    const all = c0 + c1 + c2
    const pmi = (n: number, total: number, context: number) => Math.max(0, Math.log((n / total) * (all / context)))
    const expected = [
      [0, pmi(3, 3, c1), 0],
      [pmi(3, 4, c0), 0, pmi(1, 4, c2)],
      [0, pmi(1, 1, c1), 0],
    ]
    dense(ppmi(counter.finish())).forEach((row, i) =>
      row.forEach((x, j) => expect(x).toBeCloseTo(expected[i]![j]!, 12)),
    )
  })
})

describe('singular vectors', () => {
  const random = createRng(7)
  const n = 40
  /** A matrix of falling singular values, sparse enough to have zeros. */
  const matrix: SparseMatrix = {
    size: n,
    starts: Int32Array.from({ length: n + 1 }, (_, i) => i * n),
    columns: Int32Array.from({ length: n * n }, (_, k) => k % n),
    values: Float64Array.from({ length: n * n }, (_, k) =>
      random.next() < 0.5 ? 0 : (random.normal() * 3) / (1 + Math.floor(k / n)),
    ),
  }

  it('are orthonormal and satisfy A Aᵀ u = s² u', async () => {
    let steps = 0
    const { vectors, values } = await leftSingular(matrix, 5, createRng(0), () => void steps++)
    expect(steps).toBe(SVD_STEPS)
    const a = dense(matrix)
    const column = (c: number) => Array.from({ length: n }, (_, r) => vectors.data[r * 5 + c]!)
    for (let c = 0; c < 5; c++) {
      const u = column(c)
      const back = a[0]!.map((_, j) => u.reduce((sum, x, i) => sum + a[i]![j]! * x, 0))
      const image = a.map((row) => row.reduce((sum, x, j) => sum + x * back[j]!, 0))
      image.forEach((x, i) => expect(x).toBeCloseTo(values[c]! ** 2 * u[i]!, 6))
      for (let d = 0; d < 5; d++) {
        const dot = column(d).reduce((sum, x, i) => sum + x * u[i]!, 0)
        expect(dot).toBeCloseTo(c === d ? 1 : 0, 10)
      }
    }
    expect([...values]).toEqual([...values].sort((x, y) => y - x))
  })

  it('eigenvalues of a known matrix', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
    expect(values[0]).toBeCloseTo(3, 12)
    expect(values[1]).toBeCloseTo(1, 12)
    expect(Math.abs(vectors[0]! + vectors[2]!)).toBeCloseTo(Math.SQRT2, 12)
  })
})

describe('pretraining', () => {
  const words = ['tea', 'cup', 'drink', 'ship', 'sea', 'sail', 'law', 'court', 'judge']
  const rng = createRng('texts')
  const texts = Array.from({ length: 300 }, () => {
    const topic = 3 * rng.int(3)
    return Array.from({ length: 12 }, () => words[rng.next() < 0.9 ? topic + rng.int(3) : rng.int(9)]).join(' ')
  })
  const settings = { width: 4, vocabulary: 100, window: 3, seed: 0 }

  it('puts words of one topic together', async () => {
    const { vocabulary, embeddings } = await pretrainVectors(texts, settings)
    expect([...vocabulary].sort()).toEqual([...words].sort())
    const row = (word: string) =>
      embeddings.data.subarray(vocabulary.indexOf(word) * 4, vocabulary.indexOf(word) * 4 + 4)
    const cosine = (a: string, b: string) => {
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0)
      return dot(row(a), row(b)) / Math.sqrt(dot(row(a), row(a)) * dot(row(b), row(b)))
    }
    expect(cosine('tea', 'cup')).toBeGreaterThan(0.9)
    expect(cosine('tea', 'ship')).toBeLessThan(0.2)
  })

  it('same texts and seed, same bytes; their order does not matter, another text does', async () => {
    const bytes = async (from: string[]) =>
      vectorFiles(await pretrainVectors(from, settings)).map((f) => Buffer.from(f.bytes).toString('hex'))
    expect(await bytes(texts)).toEqual(await bytes(texts))
    expect(await bytes([...texts].reverse())).toEqual(await bytes(texts))
    expect(await bytes([...texts, 'quite another text about tea'])).not.toEqual(await bytes(texts))
  })

  it('is centred and scaled over running words', async () => {
    const { vocabulary, embeddings } = await pretrainVectors(texts, settings)
    const running = texts.flatMap((t) => t.split(' ')).map((word) => vocabulary.indexOf(word))
    let square = 0
    for (let c = 0; c < 4; c++) {
      const column = running.map((i) => embeddings.data[i * 4 + c]!)
      expect(column.reduce((a, b) => a + b, 0) / running.length).toBeCloseTo(0, 5)
      square += column.reduce((sum, x) => sum + x * x, 0) / running.length / 4
    }
    expect(square).toBeCloseTo(1, 5)
  })

  it('reports progress to its end and stops when told', async () => {
    const seen: number[] = []
    let all = 0
    await pretrainVectors(texts, settings, (done, total) => {
      seen.push(done)
      all = total
    })
    expect(seen).toEqual(Array.from({ length: all }, (_, i) => i + 1))
    const stop = pretrainVectors(texts, settings, (done) => {
      if (done === 3) throw new Error('enough')
    })
    await expect(stop).rejects.toThrow('enough')
  })

  it('takes no test row, and no corpus that declares none', () => {
    const rows = [
      { text: 'a', label: 0, split: 'train' as const },
      { text: 'b', label: 1, split: 'test' as const },
      { text: 'c', label: 1 },
    ]
    expect(pretrainingTexts(rows)).toEqual(['a', 'c'])
    expect(() => pretrainingTexts(rows.slice(2))).toThrow('expected a corpus that declares its test rows')
  })

  it('too few words is an error with the numbers', async () => {
    await expect(pretrainVectors(['a b c'], settings)).rejects.toThrow('expected more than 4 different words, got 3')
  })

  it('its files are read back, and refused when they do not fit together', async () => {
    const made = await pretrainVectors(texts, settings)
    const [vectors, vocabulary] = vectorFiles(made).map((f) => f.bytes) as [Uint8Array, Uint8Array]
    const read = parseVectors(vectors, vocabulary)
    expect(read.vocabulary).toEqual(made.vocabulary)
    read.embeddings.data.forEach((x, i) => expect(Math.abs(x - made.embeddings.data[i]!)).toBeLessThan(2e-3))
    const short = new TextEncoder().encode(JSON.stringify(made.vocabulary.slice(1)))
    expect(() => parseVectors(vectors, short)).toThrow('expected 8 rows, one a word of vocabulary.json, got 9')
    expect(() => parseVectors(vectors, new TextEncoder().encode('{}'))).toThrow(
      'vocabulary.json: expected a list of words',
    )
  })
})
