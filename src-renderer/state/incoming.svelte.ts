/** What was fetched for a view or dropped on the window, until the view that takes it is there. */
class Incoming {
  /** The file or folder that an import reads at once, by a template where it is a published one. */
  dataset = $state.raw<{ path: string; template?: string } | null>(null)
  /** The path of a model that is to be added. */
  model = $state.raw<string | null>(null)
}

export const incoming = new Incoming()
