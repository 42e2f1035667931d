import type { TransformerSpec } from './net'

/** What is done with texts: passed forward alone, or forward and back, through so many blocks where not all learn. */
export type Pass = { trained: false } | { trained: true; blocks?: number }

/** Texts that lie one after the other in a batch, as `offsets` say. */
type Lengths = ArrayLike<number>

/**
 * Operations of the matrix products that texts need, a multiplication and an addition counted as two: those of the blocks' linear
 * layers, of attention (half of them where no token sees later ones), and of a language head. Back takes twice what forward does
 * (Kaplan et al. 2020, arXiv 2001.08361, 2.1). Norms, activations, padding, and what is computed again count nothing.
 */
export function neededOperations(net: TransformerSpec, offsets: Lengths, pass: Pass): number {
  const { layers, width, heads, kvHeads, headSize, inner, activation } = net
  let [tokens, squares] = [0, 0]
  for (let i = 1; i < offsets.length; i++) {
    const length = offsets[i]! - offsets[i - 1]!
    tokens += length
    squares += length * length
  }
  const products = (activation === 'swiglu' ? 3 : 2) * inner
  const weights = width * (2 * heads * headSize + 2 * kvHeads * headSize + products)
  const block = 2 * weights * tokens + 4 * heads * headSize * (net.causal ? squares / 2 : squares)
  const head = net.head.kind === 'language' ? 2 * width * net.vocabulary * tokens : 0
  const learning = pass.trained ? Math.min(layers, pass.blocks ?? layers) : 0
  return block * (layers + 2 * learning) + head * (pass.trained ? 3 : 1)
}
