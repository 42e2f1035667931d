import { refuse } from './errors'

/** A tensor of a checkpoint that has not been read yet. Shapes are row-major: the last side is contiguous. */
export interface SourceTensor {
  shape: number[]
  dtype: string
  /** The file that it lies in, for messages. */
  file: string
}

/** The tensors of a checkpoint, in one file or several, read one at a time and never twice at once. */
export interface TensorSource {
  tensors: ReadonlyMap<string, SourceTensor>
  /** The dtypes that can be read as singles. */
  readable: readonly string[]
  /** A tensor as singles, in memory of its own. @throws CheckpointError when it cannot be read as such */
  read(name: string): Promise<Float32Array>
  close(): Promise<void>
}

/** The number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1)
}

/**
 * A source whose tensors have other names.
 * @param rename gives a tensor's name from the one in the file
 * @throws CheckpointError when two have one name then
 */
export function renamed(source: TensorSource, rename: (name: string) => string): TensorSource {
  const theirs = new Map<string, string>()
  const tensors = new Map<string, SourceTensor>()
  for (const [name, tensor] of source.tensors) {
    const ours = rename(name)
    const twin = theirs.get(ours)
    if (twin !== undefined) refuse(`${tensor.file}: tensor "${ours}"`, 'it once', `${twin} and ${name}`)
    theirs.set(ours, name)
    tensors.set(ours, tensor)
  }
  const { readable } = source
  return { tensors, readable, read: (name) => source.read(theirs.get(name) ?? name), close: () => source.close() }
}
