import type { TransformerSpec } from '../models/net'

/** The size of a decoder; all else is Llama's. */
export interface DecoderShape {
  vocabulary: number
  /** The longest text in tokens. */
  context: number
  width: number
  layers: number
  /** A divisor of `width`. */
  heads: number
  /** Of the MLP. */
  inner: number
}

/** Llama's architecture: rotary positions, RMSNorm, SwiGLU, no biases; its head tied to the embeddings. */
export function decoderOf({ vocabulary, width, layers, heads, inner }: DecoderShape): TransformerSpec {
  return {
    ...{ kind: 'transformer', vocabulary, width, layers, heads, kvHeads: heads, headSize: width / heads, inner },
    ...{ positions: { kind: 'rotary', columns: width / heads, base: 10_000 }, tokenTypes: 0 },
    ...{ norm: 'rms', normEpsilon: 1e-6, normOrder: 'pre', parallel: false, causal: true, activation: 'swiglu' },
    ...{ bias: { qkv: false, out: false, mlp: false }, pooling: 'last', head: { kind: 'language', tied: true } },
  }
}

/** Width of the MLP that goes with a width of the stream: 8/3 of it as in Llama, in whole 32s. */
export function innerOf(width: number): number {
  return Math.max(32, Math.round((8 * width) / 3 / 32) * 32)
}
