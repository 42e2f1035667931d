import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createOutput } from '../../src-main/cli/output'

/** A stream that remembers what was written; a terminal of 20 columns when `isTTY`. */
function stream(isTTY: boolean) {
  const written: string[] = []
  const target = Object.assign(new PassThrough(), { isTTY, columns: 20, written })
  target.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  return target as unknown as NodeJS.WriteStream & { written: string[] }
}

function output({ json = false, isTTY = false, env = {} }) {
  const [stdout, stderr] = [stream(isTTY), stream(isTTY)]
  return { out: createOutput(json, { stdout, stderr, env }), said: () => stdout.written.join(''), stderr }
}

describe('on a terminal', () => {
  it('redraws the bottom line, cut to the width, and writes lines above it', () => {
    const { out, said } = output({ isTTY: true })
    out.status('one')
    out.status('one')
    out.status('a text that is longer than the line')
    out.line('done')
    out.line('next')
    expect(said()).toBe('one\r\x1b[Ka text that is long\r\x1b[Kdone\nnext\n')
  })

  it('paints, unless NO_COLOR says not to', () => {
    expect(output({ isTTY: true }).out.paint('red', 'x')).toBe('\x1b[31mx\x1b[39m')
    expect(output({ isTTY: true, env: { NO_COLOR: '1' } }).out.paint('red', 'x')).toBe('x')
  })
})

describe('in a file or pipe', () => {
  it('writes lines alone, without colours', () => {
    const { out, said } = output({})
    out.status('one')
    out.line(out.paint('bold', 'done'))
    out.document({ a: 1 })
    expect(said()).toBe('done\n')
  })
})

describe('with --json', () => {
  it('keeps stdout for the document', () => {
    const { out, said, stderr } = output({ json: true })
    out.line('done')
    out.document({ a: 'ä\n' })
    expect(said()).toBe('{"a":"ä\\n"}\n')
    expect(stderr.written.join('')).toBe('done\n')
  })
})

describe('a text of others', () => {
  const evil = 'a\x1b]0;title\x07b\x1b[2Jc\x9b1md\x7f\u202ee\r\tf\x1b[31mg'
  const plain = 'a]0;titleb[2Jc1mde f[31mg'

  it.each([true, false])('says nothing to a terminal (is one: %s)', (isTTY) => {
    const { out, said, stderr } = output({ isTTY })
    out.line(`${evil}\nnext ‏עברית`)
    out.error(evil)
    out.status(`${evil}\nx`)
    out.line(out.paint('bold', evil))
    const bold = isTTY ? `\x1b[1m${plain}\x1b[22m` : plain
    const bottom = isTTY ? `${plain.slice(0, 19)}\r\x1b[K` : ''
    expect(said()).toBe(`${plain}\nnext ‏עברית\n${bottom}${bold}\n`)
    expect(stderr.written.join('')).toBe(`${plain}\n`)
  })

  it('is in the document as it is, written out', () => {
    const { out, said } = output({ json: true })
    out.document({ name: evil })
    expect(said()).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
    expect(JSON.parse(said())).toEqual({ name: evil })
  })
})
