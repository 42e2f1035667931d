import { extname, join, sep } from 'node:path'

/** Where the window lives. A scheme of its own gives it an origin, which `file:` does not. */
export const ORIGIN = 'app://lab'

/** Nothing but our own files: no inline script or style, no eval, no network, no frames. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/**
 * The file that an address of ours names, and its media type.
 * @param folder absolute folder of the built renderer
 * @returns null when the address is another host's, malformed, of an unknown type, or leads out of the folder
 */
export function assetOf(folder: string, address: string): { path: string; type: string } | null {
  try {
    const url = new URL(address)
    if (`${url.protocol}//${url.host}` !== ORIGIN) return null
    const path = join(folder, decodeURIComponent(url.pathname === '/' ? '/index.html' : url.pathname))
    const type = TYPES[extname(path)]
    return path.startsWith(folder + sep) && !path.includes('\0') && type ? { path, type } : null
  } catch {
    return null
  }
}
