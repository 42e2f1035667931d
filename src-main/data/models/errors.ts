/** Something about getting or keeping models that the user is told. */
export class ModelError extends Error {
  override readonly name: string = 'ModelError'
}
