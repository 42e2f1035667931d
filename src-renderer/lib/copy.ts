/** Puts a text on the clipboard; works where the clipboard permission is denied, too. Throws when neither way does. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const field = document.createElement('textarea')
    field.value = text
    field.className = 'sr'
    document.body.append(field)
    field.select()
    // The only way that needs no permission.
    const copied = document.execCommand('copy')
    field.remove()
    if (!copied) throw new Error('The clipboard could not be reached.')
  }
}
