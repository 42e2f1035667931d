// What NVIDIA's compiler put into a library, read from the fat binaries in it: no toolkit is needed to tell which cards it is for.
import { readFileSync } from 'node:fs'

const MAGIC = Buffer.from([0x50, 0xed, 0x55, 0xba])
const KINDS = { 1: 'ptx', 2: 'cubin' }

/**
 * Compute capabilities times ten of the machine code and of the PTX in a file, those that every fat binary in it has (one a
 * source file; PTX alone also where only one has it).
 * @returns {{ cubin: number[], ptx: number[], binaries: number }}
 */
export function machineCodeOf(file) {
  const bytes = readFileSync(file)
  const cubins = []
  const ptx = new Set()
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + MAGIC.length)) {
    const own = new Set()
    for (const { kind, capability } of entriesOf(bytes, at)) {
      if (kind === 'cubin') own.add(capability)
      if (kind === 'ptx') ptx.add(capability)
    }
    cubins.push(own)
  }
  const everywhere = [...(cubins[0] ?? [])].filter((each) => cubins.every((own) => own.has(each)))
  const rising = (numbers) => [...numbers].sort((a, b) => a - b)
  return { cubin: rising(everywhere), ptx: rising(ptx), binaries: cubins.length }
}

/** After a header of its size and that of all entries: each with its kind, header size, payload size and capability. */
function* entriesOf(bytes, from) {
  let at = from + bytes.readUInt16LE(from + 6)
  const end = at + Number(bytes.readBigUInt64LE(from + 8))
  while (at < end && end <= bytes.length) {
    yield { kind: KINDS[bytes.readUInt16LE(at)], capability: bytes.readUInt32LE(at + 28) }
    at += bytes.readUInt32LE(at + 4) + Number(bytes.readBigUInt64LE(at + 8))
  }
}
