import { describe, expect, it } from 'vitest'
import { splitCredentials, withoutSecrets } from '../../src-main/data/secrets'

describe('credentials in addresses', () => {
  it.each([
    ['http://user:secret@host/x', 'http://…@host/x'],
    ['at https://token@host:8080, and http://a:b%40c@d.', 'at https://…@host:8080, and http://…@d.'],
    ['git+ssh://me:p@ss@host/path', 'git+ssh://…@host/path'],
    ['https://host/a?token=abc&x=1&X-Amz-Signature=f00#top', 'https://host/a?token=…&x=1&X-Amz-Signature=…#top'],
    ['"https://u:p@h", \'https://u:p@h\'', '"https://…@h", \'https://…@h\''],
  ])('%s', (text, told) => {
    expect(withoutSecrets(text)).toBe(told)
  })

  it.each(['https://host/a@b/c', 'mail me@host', 'https://host/?q=me@host', 'a key=value', 'nothing'])(
    'leaves %s as it is',
    (text) => expect(withoutSecrets(text)).toBe(text),
  )

  it('are taken out of an address, and kept for the one who is asked', () => {
    expect(splitCredentials('http://me:p%40ss@host:81/hub')).toEqual({
      url: 'http://host:81/hub',
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    })
    expect(splitCredentials('http://me:x@host').url).toBe('http://host')
    expect(splitCredentials('https://host')).toEqual({ url: 'https://host', authorization: null })
  })
})
