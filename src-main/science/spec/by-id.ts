/** Variants as a map from their ids, in the given order. @throws Error where two have the same id */
export function byId<V extends { id: string }>(variants: readonly V[]): Readonly<Record<string, V>> {
  const map = Object.fromEntries(variants.map((variant) => [variant.id, variant]))
  if (Object.keys(map).length < variants.length)
    throw new Error(`expected an id a variant, got ${variants.map(({ id }) => id).join(', ')}`)
  return map
}
