// What the window remembers from one time to the next; a browser that refuses storage only forgets it.

/** What was kept under a name; '' where nothing was. */
export function recall(name: string): string {
  try {
    return localStorage.getItem(name) ?? ''
  } catch {
    return ''
  }
}

/** Keeps a text under a name. */
export function keep(name: string, text: string): void {
  try {
    localStorage.setItem(name, text)
  } catch {
    // nothing to be done: it lives as long as the window
  }
}
