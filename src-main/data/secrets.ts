/** What stands before the host of an address, to its `@`: a user's name and password, or a token. */
const USER = /([a-z][a-z\d+.-]*:\/\/)[^\s/?#"'<>]*@/gi
/** Values of an address's query that give access to somebody. */
const KEYS =
  /([?&](?:access_token|token|key|api[_-]?key|auth|password|secret|sig|signature|x-amz-(?:signature|credential|security-token))=)[^&#\s"'<>]+/gi

/**
 * A text without the credentials in its addresses: `https://user:secret@host/x?token=abc` → `https://…@host/x?token=…`.
 * Everything that people, logs and files are told goes through it where a text may hold an address of the user's.
 */
export function withoutSecrets(text: string): string {
  return text.replace(USER, '$1…@').replace(KEYS, '$1…')
}

/** An address and, apart from it, what it says about who asks: the value of a header `authorization`. */
export function splitCredentials(address: string): { url: string; authorization: string | null } {
  const url = new URL(address)
  const { username, password } = url
  url.username = url.password = ''
  // The address as it was given, where it says nothing of the kind: without a slash behind it, for one.
  if (username === '' && password === '') return { url: address, authorization: null }
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const plain = url.href.replace(/\/$/, address.endsWith('/') ? '/' : '')
  return { url: plain, authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
