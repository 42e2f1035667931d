import { show } from '../../science/spec/problems'

/** A checkpoint that cannot be read as what it claims to be. The message names file, tensor, expectation and value. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
}

/** @throws CheckpointError always; `got` is shown as short JSON, unless it is a text that says what it is */
export function refuse(where: string, expected: string, got: unknown): never {
  throw new CheckpointError(`${where}: expected ${expected}, got ${typeof got === 'string' ? got : show(plain(got))}`)
}

/** JSON has no big integers. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 20).map(plain)
  return typeof value === 'bigint' ? Number(value) : value
}

/** `[2, 3]`, for messages. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
