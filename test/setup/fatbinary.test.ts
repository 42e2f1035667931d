import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadAddon } from '../golden/native'

// Named by a variable, because scripts have no types.
const script = '../../src-native/build.mjs'
const { buildCuda, checkMachineCode } = (await import(script)) as {
  buildCuda: (options: { only: number[] }) => Promise<string>
  checkMachineCode: (file: string, known: number[]) => void
}
const compiler = '../../src-native/nvcc.mjs'
const { findNvcc } = (await import(compiler)) as { findNvcc: () => Promise<object | null> }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2s-fatbinary-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const PTX = 1
const CUBIN = 2

/** A fat binary as nvcc lays it: a header of 16 bytes, then entries of 64 bytes of header and some code. */
function fatBinary(entries: [kind: number, capability: number][]): Buffer {
  const parts = entries.map(([kind, capability], i) => {
    const code = Buffer.alloc(8 * (i + 1), 7)
    const header = Buffer.alloc(64)
    header.writeUInt16LE(kind, 0)
    header.writeUInt32LE(64, 4)
    header.writeBigUInt64LE(BigInt(code.length), 8)
    header.writeUInt32LE(capability, 28)
    return Buffer.concat([header, code])
  })
  const all = Buffer.concat(parts)
  const header = Buffer.alloc(16)
  header.writeUInt32LE(0xba55ed50, 0)
  header.writeUInt16LE(16, 6)
  header.writeBigUInt64LE(BigInt(all.length), 8)
  return Buffer.concat([header, all])
}

function library(...binaries: Buffer[]): string {
  const file = join(folder, 'library.so')
  writeFileSync(file, Buffer.concat(binaries.flatMap((each) => [Buffer.alloc(24, 1), each])))
  return file
}

test('a library with machine code for every card, and PTX of the newest, is good', () => {
  const one = fatBinary([
    [CUBIN, 80],
    [CUBIN, 120],
    [PTX, 120],
  ])
  const linked = fatBinary([
    [CUBIN, 80],
    [CUBIN, 120],
  ])
  expect(() => checkMachineCode(library(one, linked), [80, 120])).not.toThrow()
})

test('one that lacks a card in any part, or the PTX, is not', () => {
  const whole = fatBinary([
    [CUBIN, 80],
    [CUBIN, 120],
  ])
  const part = fatBinary([
    [CUBIN, 80],
    [PTX, 120],
  ])
  expect(() => checkMachineCode(library(whole, part), [80, 120])).toThrow('expected machine code for sm_120, got 80')
  expect(() => checkMachineCode(library(whole), [80, 120])).toThrow('expected PTX of compute_120')
  expect(() => checkMachineCode(library(), [80])).toThrow('expected machine code for sm_80')
})

// For one kind of card: all of them take minutes. Wherever there is no nvcc, `build.mjs --cuda --fetch` gets one.
test.skipIf((await findNvcc()) === null)('nvcc makes one that any machine can open', { timeout: 600_000 }, async () => {
  const made = await buildCuda({ only: [80] })
  expect(() => checkMachineCode(made, [80])).not.toThrow()
  expect(() => checkMachineCode(made, [80, 90])).toThrow('expected machine code for sm_90, got 80')
  const addon = loadAddon()
  // It needs a driver alone, and says so where there is none.
  const devices = () => addon.cudaDevices(made)
  if (existsSync('/proc/driver/nvidia/version')) expect(devices()).not.toHaveLength(0)
  else expect(devices).toThrow(/driver/)
})
