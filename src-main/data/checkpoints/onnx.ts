import proto, { type onnx as Onnx } from 'onnx-proto'
import { CheckpointError, refuse } from './errors'
import { CheckpointFile } from './file'
import { transpose } from './layouts'
import { fieldsOf, Window, type Field } from './protobuf'
import { sizeOf, type SourceTensor, type TensorSource } from './source'

// A CommonJS package: Node finds no named exports in it.
const { onnx } = proto
/** Field numbers of onnx.proto: the graph of a model, the weights of a graph, the two homes of a tensor's values. */
const GRAPH = 7
const NODE = 1
const INITIALIZER = 5
const FLOAT_DATA = 4
const RAW_DATA = 9
/** What is decoded of a node (inputs, name, operation) and of a tensor (sides, type, name, whether it lies elsewhere). */
const OF_NODE = new Set([1, 3, 4])
const OF_TENSOR = new Set([1, 2, 8, 14])
/** Bytes that this may take, and parts that a graph may have: attributes and nested graphs are gone past unread. */
const MAX_PART = 1 << 20
const MAX_PARTS = 200_000
/** Operations of graphs whose weights have been rounded to whole numbers. */
const QUANTISED = /^(De|Dynamic)?[Qq]uantize|^QLinear|^QAttention|^QEmbed|Integer(ToFloat)?$|^MatMulNBits$/
const { FLOAT, FLOAT16, BFLOAT16 }: Record<'FLOAT' | 'FLOAT16' | 'BFLOAT16', number> = onnx.TensorProto.DataType
const BYTES: Partial<Record<number, number>> = { [FLOAT]: 4, [FLOAT16]: 2, [BFLOAT16]: 2 }
const READABLE = ['FLOAT', 'FLOAT16', 'BFLOAT16']

interface Place {
  dtype: number
  shape: number[]
  /** Where its values lie; nothing for tensors whose values are not singles or halves. */
  data?: Field
  /** It lies [in, out]; `shape` is already turned round. */
  transposed: boolean
}

/**
 * Opens the weights of an ONNX model; of the file only the graph is read. Exporters fold the transposed weight of a
 * linear layer into a nameless tensor (`onnx::MatMul_470`): it gets its name back from the MatMul node that uses it,
 * and its shape turned round to [out, in].
 * @throws CheckpointError naming file, tensor, expectation and value when the file is no ONNX model or is cut
 */
export async function openOnnx(path: string): Promise<TensorSource> {
  const file = await CheckpointFile.open(path)
  try {
    const { nodes, places } = await readGraph(file)
    const named = restoreNames(nodes, places, file.name)
    const tensors = new Map<string, SourceTensor>()
    for (const [name, { shape, dtype }] of named)
      tensors.set(name, { shape, dtype: onnx.TensorProto.DataType[dtype] ?? `type ${dtype}`, file: file.name })
    return {
      tensors,
      readable: READABLE,
      read: (name) => readPlace(file, name, named.get(name)),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readGraph(file: CheckpointFile): Promise<{ nodes: Onnx.INodeProto[]; places: Map<string, Place> }> {
  const window = new Window(file)
  const nodes: Onnx.INodeProto[] = []
  const places = new Map<string, Place>()
  let graphs = 0
  for await (const graph of fieldsOf(window, 0, file.size)) {
    if (graph.number !== GRAPH || graph.wire !== 2) continue
    graphs++
    for await (const field of fieldsOf(window, graph.begin, graph.end)) {
      if (nodes.length + places.size > MAX_PARTS) refuse(file.name, `at most ${MAX_PARTS} nodes and tensors`, 'more')
      if (field.number === NODE) nodes.push(await readNode(window, field))
      if (field.number !== INITIALIZER) continue
      const { name, place } = await readInitializer(window, field)
      if (places.has(name)) refuse(`${file.name}: tensor "${name}"`, 'it once', 'it twice')
      places.set(name, place)
    }
  }
  if (graphs === 0) refuse(file.name, 'an ONNX model with a graph', 'none')
  return { nodes, places }
}

async function readNode(window: Window, field: Field): Promise<Onnx.INodeProto> {
  const { bytes } = await partOf(window, field, OF_NODE)
  const node = decode(window.file.name, () => onnx.NodeProto.decode(bytes))
  if (QUANTISED.test(node.opType ?? ''))
    refuse(
      `${window.file.name}: ${node.opType}`,
      'weights that are not rounded to whole numbers',
      'a quantised model: take the export that is not (often model.onnx), or its model.safetensors',
    )
  return node
}

/** The wanted fields of a message, as one of its own, and where its values lie. */
async function partOf(window: Window, field: Field, wanted: ReadonlySet<number>) {
  const pieces: Uint8Array[] = []
  const data: Field[] = []
  let size = 0
  for await (const part of fieldsOf(window, field.begin, field.end)) {
    if ((part.number === RAW_DATA || part.number === FLOAT_DATA) && part.wire === 2) data.push(part)
    if (!wanted.has(part.number)) continue
    size += part.end - part.start
    if (size > MAX_PART) refuse(window.file.name, `parts of at most ${MAX_PART} bytes`, `${size} at ${field.start}`)
    pieces.push(Uint8Array.from(await window.field(part)))
  }
  return { bytes: Buffer.concat(pieces), data }
}

function decode<T>(file: string, decoder: () => T): T {
  try {
    return decoder()
  } catch (cause) {
    throw new CheckpointError(`${file}: expected an ONNX model, got ${(cause as Error).message}`, { cause })
  }
}

/** A tensor without its values, and where they are. */
async function readInitializer(window: Window, field: Field): Promise<{ name: string; place: Place }> {
  const { file } = window
  const { bytes: head, data } = await partOf(window, field, OF_TENSOR)
  const tensor = decode(file.name, () => onnx.TensorProto.decode(head))
  const where = `${file.name}: tensor "${tensor.name}"`
  const shape = tensor.dims.map(Number)
  if (!shape.every((side) => Number.isSafeInteger(side) && side >= 0)) refuse(where, 'sides from 0', shape)
  if (tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL)
    refuse(
      where,
      'its values in the file',
      'a reference to another file: export it as one file (below 2 GB), or take its model.safetensors',
    )
  const unit = BYTES[tensor.dataType]
  if (unit !== undefined) {
    const bytes = data.reduce((sum, { begin, end }) => sum + end - begin, 0)
    if (data.length > 1 || bytes !== unit * sizeOf(shape))
      refuse(where, `${unit * sizeOf(shape)} bytes in one piece`, `${bytes} in ${data.length}`)
  }
  return { name: tensor.name, place: { dtype: tensor.dataType, shape, data: data[0], transposed: false } }
}

async function readPlace(file: CheckpointFile, name: string, place: Place | undefined): Promise<Float32Array> {
  if (!place || BYTES[place.dtype] === undefined)
    throw new Error(`tensor "${name}": expected one of the source that can be read, got another`)
  const { dtype, shape, transposed } = place
  const count = sizeOf(shape)
  const at = place.data?.begin ?? 0
  const values =
    dtype === FLOAT ? file.singles(at, count) : dtype === FLOAT16 ? file.halves(at, count) : file.brains(at, count)
  return transposed ? transpose(await values, shape[1]!, shape[0]!) : values
}

/**
 * Nameless weights by the path of their MatMul node: `/encoder/layer.0/attention/self/query/MatMul` uses
 * `encoder.layer.0.attention.self.query.weight`. Paths may begin with the name of a wrapper that the named weights do
 * not have: as many leading parts are dropped as bring the paths into agreement with the names.
 */
function restoreNames(nodes: Onnx.INodeProto[], places: Map<string, Place>, file: string): Map<string, Place> {
  const nameless = new Map<string, string[]>()
  for (const { opType, name, input } of nodes) {
    const weight = input?.[1] ?? ''
    if (opType !== 'MatMul' || !weight.startsWith('onnx::') || places.get(weight)?.shape.length !== 2) continue
    if (!nameless.has(weight)) nameless.set(weight, (name ?? '').split('/').filter(Boolean).slice(0, -1))
  }
  const named = new Map([...places].filter(([name]) => !nameless.has(name)))
  const dropped = leadingParts([...nameless.values()], [...named.keys()])
  for (const [weight, path] of nameless) {
    const place = places.get(weight)!
    const name = `${path.slice(dropped).join('.')}.weight`
    if (named.has(name)) refuse(`${file}: tensor "${name}"`, 'it once', `it and ${weight}`)
    named.set(name, { ...place, shape: [place.shape[1]!, place.shape[0]!], transposed: true })
  }
  return named
}

function leadingParts(paths: string[][], names: string[]): number {
  const known = new Set(names.flatMap((name) => prefixes(name.split('.'))))
  const agreement = (drop: number) =>
    paths.reduce(
      (sum, path) =>
        sum + prefixes(path.slice(drop).flatMap((part) => part.split('.'))).filter((p) => known.has(p)).length,
      0,
    )
  const scores = [0, 1, 2, 3].map(agreement)
  return scores.indexOf(Math.max(...scores))
}

/** `a`, `a.b`, `a.b.c`. */
function prefixes(parts: string[]): string[] {
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'))
}
