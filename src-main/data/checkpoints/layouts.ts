/**
 * How a checkpoint lays out what the app keeps as one or more [in, out] weights or [out] biases. `split` gives ours from
 * theirs, `join` theirs from ours; both may hand on the arrays that they get. `shape` is theirs.
 */
export interface Layout {
  split(theirs: Float32Array, shape: readonly number[]): Float32Array[]
  join(ours: Float32Array[], shape: readonly number[]): Float32Array
}

/** The transpose of a row-major [rows, cols] matrix, by tiles that stay in the cache. */
export function transpose(data: Float32Array, rows: number, cols: number): Float32Array {
  const out = new Float32Array(data.length)
  const tile = 32
  for (let top = 0; top < rows; top += tile)
    for (let left = 0; left < cols; left += tile)
      for (let r = top; r < Math.min(top + tile, rows); r++)
        for (let c = left; c < Math.min(left + tile, cols); c++) out[c * rows + r] = data[r * cols + c]!
  return out
}

/** As ours. */
export const same: Layout = {
  split: (theirs) => [theirs],
  join: ([ours]) => ours!,
}

/** A weight that lies [out, in], as linear layers do in most checkpoints. */
export function turned(layout: Layout): Layout {
  return {
    split: (theirs, [rows, cols]) => layout.split(transpose(theirs, rows!, cols!), [cols!, rows!]),
    join: (ours, [rows, cols]) => transpose(layout.join(ours, [cols!, rows!]), cols!, rows!),
  }
}

/**
 * Ours are columns of theirs: column c of our part p is column `parts[p][c]`. A bias is one row. The indices are made
 * when a tensor is laid out, and not before: a width that a file claims is believed once a tensor has it.
 */
function columns(indices: () => readonly number[][]): Layout {
  const widthOf = (parts: readonly number[][]) => parts.reduce((sum, part) => sum + part.length, 0)
  return {
    split(theirs) {
      const parts = indices()
      const width = widthOf(parts)
      return parts.map((part) => {
        const rows = theirs.length / width
        const out = new Float32Array(rows * part.length)
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < part.length; c++) out[r * part.length + c] = theirs[r * width + part[c]!]!
        return out
      })
    },
    join(ours) {
      const parts = indices()
      const width = widthOf(parts)
      const rows = ours[0]!.length / parts[0]!.length
      const out = new Float32Array(rows * width)
      parts.forEach((part, p) => {
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < part.length; c++) out[r * width + part[c]!] = ours[p]![r * part.length + c]!
      })
      return out
    },
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Queries, keys and values of `size` columns each, side by side. */
export function thirds(size: number): Layout {
  return columns(() => upTo(3).map((part) => upTo(size).map((c) => part * size + c)))
}

/** Queries, keys and values of a head side by side, one head after the other (GPT-NeoX' `query_key_value`). */
export function thirdsByHead(heads: number, headSize: number): Layout {
  const from = (part: number, c: number) => (Math.floor(c / headSize) * 3 + part) * headSize + (c % headSize)
  return columns(() => upTo(3).map((part) => upTo(heads * headSize).map((c) => from(part, c))))
}

/**
 * Columns that turn together side by side (i with i + 1), as GGUF has them for the llama architecture; ours are the
 * half-split pairs (i with i + headSize / 2) that transformers has.
 */
export function pairwise(heads: number, headSize: number): Layout {
  const half = headSize / 2
  const from = (c: number) => {
    const i = c % headSize
    return c - i + (i < half ? 2 * i : 2 * (i - half) + 1)
  }
  return columns(() => [upTo(heads * headSize).map(from)])
}
