import type { TransformerSpec } from '../../../src-main/science/models/net'
import type { NamedTensor } from '../../../src-main/data/checkpoints/safetensors'

/**
 * What a transformer computes, written to be read: one text, double precision, no batching, no speed. The executable
 * definition that readers (and engines) are held to.
 */
export function forward(spec: TransformerSpec, weights: NamedTensor[], ids: readonly number[]): number[] {
  const net = new Net(spec, weights)
  let stream = ids.map((id, p) => net.embed(id, p))
  if (spec.normOrder === 'post') stream = stream.map((x) => net.norm('embeddingNorm', x))
  for (let layer = 0; layer < spec.layers; layer++) stream = block(net, `blocks.${layer}`, stream)
  if (spec.normOrder === 'pre') stream = stream.map((x) => net.norm('norm', x))
  return net.read(stream)
}

/** The hidden state that the head reads. */
export function pooled(spec: TransformerSpec, weights: NamedTensor[], ids: readonly number[]): number[] {
  const width = spec.width
  const identity = new Float32Array(width * width)
  for (let i = 0; i < width; i++) identity[i * width + i] = 1
  const body = weights.filter(({ name }) => !name.startsWith('head.'))
  const head = { name: 'head.weight', shape: [width, width], data: identity }
  return forward({ ...spec, head: { kind: 'classes', classes: width, bias: false } }, [...body, head], ids)
}

function block(net: Net, name: string, stream: number[][]): number[][] {
  const { normOrder, parallel } = net.spec
  if (normOrder === 'post') {
    const mid = add(stream, attention(net, name, stream)).map((x) => net.norm(`${name}.norm1`, x))
    return add(
      mid,
      mid.map((x) => mlp(net, name, x)),
    ).map((x) => net.norm(`${name}.norm2`, x))
  }
  const attended = attention(
    net,
    name,
    stream.map((x) => net.norm(`${name}.norm1`, x)),
  )
  const mid = add(stream, attended)
  const read = parallel ? stream : mid
  return add(
    mid,
    read.map((x) => mlp(net, name, net.norm(`${name}.norm2`, x))),
  )
}

function attention(net: Net, name: string, x: number[][]): number[][] {
  const { heads, kvHeads, headSize, causal } = net.spec
  const q = x.map((row, p) => net.rotate(net.linear(`${name}.q`, row), p))
  const k = x.map((row, p) => net.rotate(net.linear(`${name}.k`, row), p))
  const v = x.map((row) => net.linear(`${name}.v`, row))
  const headOf = (row: number[], head: number) => row.slice(head * headSize, (head + 1) * headSize)
  return x.map((_, i) => {
    const keys = causal ? i + 1 : x.length
    const out: number[] = []
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor((head * kvHeads) / heads)
      const query = headOf(q[i]!, head)
      const scores = k.slice(0, keys).map((key) => dot(query, headOf(key, shared)) / Math.sqrt(headSize))
      const parts = softmax(scores)
      const mixed = Array.from({ length: headSize }, (_, c) =>
        parts.reduce((sum, part, j) => sum + part * v[j]![shared * headSize + c]!, 0),
      )
      out.push(...mixed)
    }
    return net.linear(`${name}.out`, out)
  })
}

function mlp(net: Net, name: string, x: number[]): number[] {
  const up = net.linear(`${name}.up`, x)
  if (net.spec.activation !== 'swiglu') return net.linear(`${name}.down`, up.map(ACTIVATIONS[net.spec.activation]))
  const gate = net.linear(`${name}.gate`, x)
  return net.linear(
    `${name}.down`,
    up.map((u, i) => (u * gate[i]!) / (1 + Math.exp(-gate[i]!))),
  )
}

const ACTIVATIONS = {
  relu: (x: number) => Math.max(0, x),
  'gelu-tanh': (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  'gelu-erf': (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
}

/** The error function by its series, and by its continued fraction where that converges faster: to 1e-15. */
function erf(x: number): number {
  const z = Math.abs(x)
  if (z > 6) return Math.sign(x)
  if (z < 3) {
    let term = z
    let sum = z
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= -(z * z) / n
      sum += term / (2 * n + 1)
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction)
  return Math.sign(x) * (1 - Math.exp(-z * z) / (z + fraction) / Math.sqrt(Math.PI))
}

class Net {
  private readonly tensors: Map<string, Float32Array>

  constructor(
    readonly spec: TransformerSpec,
    weights: NamedTensor[],
  ) {
    this.tensors = new Map(weights.map(({ name, data }) => [name, data]))
  }

  get(name: string): Float32Array {
    const found = this.tensors.get(name)
    if (!found) throw new Error(`no tensor ${name}`)
    return found
  }

  row(name: string, index: number): number[] {
    const { width } = this.spec
    return [...this.get(name).subarray(index * width, (index + 1) * width)]
  }

  embed(id: number, position: number): number[] {
    let x = this.row('tokens.weight', id)
    if (this.spec.positions.kind === 'learned') x = sum(x, this.row('positions.weight', position))
    if (this.spec.tokenTypes > 0) x = sum(x, this.row('types.weight', 0))
    return x
  }

  linear(name: string, x: number[]): number[] {
    const weight = this.get(`${name}.weight`)
    const bias = this.tensors.get(`${name}.bias`)
    const columns = weight.length / x.length
    const out = Array.from({ length: columns }, (_, o) => bias?.[o] ?? 0)
    for (let i = 0; i < x.length; i++) for (let o = 0; o < columns; o++) out[o]! += x[i]! * weight[i * columns + o]!
    return out
  }

  norm(name: string, x: number[]): number[] {
    const gamma = this.get(`${name}.weight`)
    const mean = this.spec.norm === 'layer' ? x.reduce((a, b) => a + b, 0) / x.length : 0
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length
    const beta = this.spec.norm === 'layer' ? this.get(`${name}.bias`) : undefined
    return x.map((v, i) => ((v - mean) / Math.sqrt(variance + this.spec.normEpsilon)) * gamma[i]! + (beta?.[i] ?? 0))
  }

  rotate(x: number[], position: number): number[] {
    const { headSize, positions } = this.spec
    if (positions.kind === 'learned') return x
    const half = positions.columns / 2
    const out = [...x]
    for (let start = 0; start < x.length; start += headSize)
      for (let i = 0; i < half; i++) {
        const angle = position * positions.base ** (-i / half)
        const [a, b] = [x[start + i]!, x[start + half + i]!]
        out[start + i] = a * Math.cos(angle) - b * Math.sin(angle)
        out[start + half + i] = b * Math.cos(angle) + a * Math.sin(angle)
      }
    return out
  }

  read(stream: number[][]): number[] {
    const { pooling, head } = this.spec
    const x =
      head.kind === 'language' || pooling === 'last'
        ? stream.at(-1)!
        : pooling === 'first'
          ? stream[0]!
          : stream[0]!.map((_, c) => stream.reduce((a, row) => a + row[c]!, 0) / stream.length)
    if (head.kind === 'language' && head.tied) {
      const { width, vocabulary } = this.spec
      const table = this.get('tokens.weight')
      return Array.from({ length: vocabulary }, (_, t) => dot(x, table.subarray(t * width, (t + 1) * width)))
    }
    return this.linear('head', x)
  }
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
  return total
}
const sum = (a: number[], b: number[]) => a.map((v, i) => v + b[i]!)
const add = (a: number[][], b: number[][]) => a.map((row, i) => sum(row, b[i]!))

function softmax(scores: number[]): number[] {
  const most = Math.max(...scores)
  const parts = scores.map((s) => Math.exp(s - most))
  const total = parts.reduce((a, b) => a + b, 0)
  return parts.map((p) => p / total)
}
