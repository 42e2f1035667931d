/**
 * How a checkpoint lays out what the app keeps as one or more [out, in] weights or [out] biases. `split` gives ours from
 * theirs, `join` theirs from ours; both may hand on the arrays that they get.
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

/** Ours one below the other, each `sizes[i]` rows: projections fused along their outputs. */
export function stacked(sizes: readonly number[]): Layout {
  const total = sizes.reduce((a, b) => a + b, 0)
  return {
    split(theirs) {
      const row = theirs.length / total
      let at = 0
      return sizes.map((size) => theirs.slice(at * row, (at += size) * row))
    },
    join(ours) {
      const out = new Float32Array(ours.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of ours) {
        out.set(part, at)
        at += part.length
      }
      return out
    },
  }
}

/** A layout whose matrix lies [in, out] in the checkpoint (GPT-2's `Conv1D`). */
export function transposed(layout: Layout): Layout {
  return {
    split: (theirs, [rows, cols]) => layout.split(transpose(theirs, rows!, cols!), [cols!, rows!]),
    join: (ours, [rows, cols]) => transpose(layout.join(ours, [cols!, rows!]), cols!, rows!),
  }
}

/** Rows in another order: row r of ours is row `from(r)` of theirs. */
function reordered(rows: number, from: (row: number) => number): Layout {
  const move = (data: Float32Array, back: boolean) => {
    const out = new Float32Array(data.length)
    const width = data.length / rows
    for (let r = 0; r < rows; r++) {
      const [to, source] = back ? [from(r), r] : [r, from(r)]
      out.set(data.subarray(source * width, (source + 1) * width), to * width)
    }
    return out
  }
  return { split: (theirs) => [move(theirs, false)], join: ([ours]) => move(ours!, true) }
}

/** First this, then that: `outer` is how the checkpoint has it, `inner` what comes out of it. */
function then(outer: Layout, inner: Layout): Layout {
  return {
    split: (theirs, shape) => inner.split(outer.split(theirs, shape)[0]!, shape),
    join: (ours, shape) => outer.join([inner.join(ours, shape)], shape),
  }
}

/** Queries, keys and values of a head side by side, one head after the other (GPT-NeoX' `query_key_value`). */
export function byHeads(heads: number, headSize: number): Layout {
  const size = heads * headSize
  const from = (row: number) => {
    const [part, rest] = [Math.floor(row / size), row % size]
    const [head, i] = [Math.floor(rest / headSize), rest % headSize]
    return (head * 3 + part) * headSize + i
  }
  return then(reordered(3 * size, from), stacked([size, size, size]))
}

/**
 * Columns that turn together side by side (i with i + 1), as GGUF has them for the llama architecture; ours are the
 * half-split pairs (i with i + headSize / 2) that transformers has.
 */
export function pairwise(heads: number, headSize: number): Layout {
  const half = headSize / 2
  return reordered(heads * headSize, (row) => {
    const [head, i] = [Math.floor(row / headSize), row % headSize]
    return head * headSize + (i < half ? 2 * i : 2 * (i - half) + 1)
  })
}
