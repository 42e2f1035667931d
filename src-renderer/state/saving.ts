import { api, messageOf } from '../lib/api'
import { copyText } from '../lib/copy'
import { toasts } from './toasts.svelte'

/** Base64 of a text in UTF-8. */
export function base64Of(text: string): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return btoa(bytes)
}

/** Writes a file where the user says, and tells where that was. */
export async function saveAs(name: string, base64: () => string | Promise<string>): Promise<void> {
  try {
    const saved = await api.saveFile({ name, base64: await base64() })
    if (saved) toasts.say(`Saved as ${saved.path}`)
  } catch (error) {
    toasts.fail(`It was not saved: ${messageOf(error)}`)
  }
}

/** Puts a text on the clipboard, and says so. */
export async function copyAs(what: string, text: () => string | Promise<string>): Promise<void> {
  try {
    await copyText(await text())
    toasts.say(`${what} is on the clipboard.`)
  } catch (error) {
    toasts.fail(`It was not copied: ${messageOf(error)}`)
  }
}
