// NVIDIA's cards, as the program that comes with their driver tells of them.
import { execFile } from 'node:child_process'
import { LOST, NONE, reasonsOf, RESET, memoryText, type Card, type Cards, type CardUser } from './cards'

/** Fields of the query, the name last: it is any text. `SLOWED` has another name in drivers before 535. */
const FIELDS = ['uuid', 'driver_version', 'utilization.gpu', 'memory.total', 'memory.used', 'temperature.gpu']
  .concat(['power.draw', 'clocks.current.sm', 'clocks.current.memory'])
  .concat(['ecc.errors.uncorrected.volatile.total'])
const SLOWED = ['clocks_event_reasons.active', 'clocks_throttle_reasons.active']
const MIG = 'mig.mode.current'
const USERS = 'gpu_uuid,pid,process_name,used_gpu_memory'
/** The program answers in some ten milliseconds; where no one holds the driver loaded, in a second or two. */
const PATIENCE = 10_000
const MEBIBYTE = 1024 ** 2

/** An answer that is none of the documented ones. */
export class SmiError extends Error {
  override name = 'SmiError'
}

/** What a driver puts where it has no number: never a number of ours. */
const ABSENT = /^(N\/A|\[[^\]]*\])$/

/** What a driver puts in the place of numbers of a card that does not work. */
const BROKEN: readonly (readonly [RegExp, string])[] = [
  [/gpu requires reset/i, RESET],
  [/gpu is lost/i, LOST],
]

/** @param errors of its memory that could not be mended */
const troubleOf = (line: string, errors: number | null): string =>
  BROKEN.find(([pattern]) => pattern.test(line))?.[1] ?? memoryText(errors)

/** @throws SmiError */
function numberIn(cell: string, what: string): number | null {
  if (ABSENT.test(cell)) return null
  if (!/^\d+(\.\d+)?$/.test(cell))
    throw new SmiError(`${what}: expected a number or [N/A], got ${JSON.stringify(cell)}`)
  return Number(cell)
}

/** @throws SmiError */
function reasonsIn(cell: string): string[] | null {
  if (ABSENT.test(cell)) return null
  if (!/^0x[0-9a-fA-F]{1,16}$/.test(cell))
    throw new SmiError(`${SLOWED[0]}: expected a mask in hex or [N/A], got ${JSON.stringify(cell)}`)
  return reasonsOf(BigInt(cell))
}

const times = (value: number | null, factor: number) => (value === null ? null : value * factor)
const linesOf = (text: string) => text.split(/\r?\n/).filter((line) => line.trim() !== '')

/** Rows of the query for cards. @throws SmiError for what is none */
export function parseCards(text: string): Card[] {
  return linesOf(text).map((line) => {
    const cells = line.split(', ')
    if (cells.length < FIELDS.length + 3)
      throw new SmiError(`expected ${FIELDS.length + 3} fields, got ${JSON.stringify(line)}`)
    const [uuid, driver, ...measured] = cells as [string, string, ...string[]]
    const numbers = measured.slice(0, FIELDS.length - 2).map((cell, i) => numberIn(cell, FIELDS[i + 2]!))
    const [busy, total, used, celsius, watts, megahertz, memoryMegahertz, memoryErrors] = numbers
    if (!/^GPU-[0-9a-f-]+$/i.test(uuid)) throw new SmiError(`uuid: expected GPU-…, got ${JSON.stringify(uuid)}`)
    return {
      ...{ uuid, driver, name: cells.slice(FIELDS.length + 2).join(', ') },
      ...{ busy: times(busy!, 0.01), memoryBytes: times(total!, MEBIBYTE), usedBytes: times(used!, MEBIBYTE) },
      ...{ celsius: celsius!, watts: watts!, megahertz: megahertz!, memoryMegahertz: memoryMegahertz! },
      ...{ slowedBy: reasonsIn(cells[FIELDS.length]!), memoryErrors: memoryErrors! },
      ...{ parted: cells[FIELDS.length + 1] === 'Enabled', trouble: troubleOf(line, memoryErrors!) },
    }
  })
}

/** Rows of the query for programs; such as this user may not see are left out. @throws SmiError for what is none */
export function parseUsers(text: string): CardUser[] {
  return linesOf(text).flatMap((line) => {
    const cells = line.split(', ')
    if (cells.length < 4) throw new SmiError(`expected 4 fields, got ${JSON.stringify(line)}`)
    const [card, who] = cells as [string, string]
    const pid = numberIn(who, 'pid')
    const bytes = times(numberIn(cells.at(-1)!, 'used_gpu_memory'), MEBIBYTE)
    return pid === null ? [] : [{ card, pid, name: cells.slice(2, -1).join(', '), bytes }]
  })
}

/** How the program ended. */
export interface SmiEnd {
  /** `ENOENT` where there is none, null where it gave no answer in time. */
  code: number | string | null
  stdout: string
  stderr: string
}

/** What its known failures mean. */
const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/driver\/library version mismatch/i, NONE.mismatch],
  [/couldn['’‘]t communicate with the NVIDIA driver/i, NONE.notRunning],
  [/no devices were found/i, NONE.noCard],
  [/unable to determine the device handle|gpu is lost|fallen off the bus/i, NONE.lost],
  [/insufficient permissions/i, NONE.forbidden],
]

/** Why an answer tells nothing of any card, in a sentence. */
export function whyNone({ code, stdout, stderr }: SmiEnd): string {
  if (code === 'ENOENT') return 'There is no nvidia-smi: no NVIDIA driver is installed, or its programs are not found.'
  if (code === null) return `nvidia-smi gave no answer within ${PATIENCE / 1000} s.`
  const said = `${stdout}\n${stderr}`
  const known = FAILURES.find(([pattern]) => pattern.test(said))
  return known?.[1] ?? `nvidia-smi ended with ${code}: ${linesOf(said)[0] ?? 'it said nothing'}`
}

const ask = (args: string[]): Promise<SmiEnd> =>
  new Promise((resolve) => {
    const options = { timeout: PATIENCE, windowsHide: true, maxBuffer: MEBIBYTE }
    execFile('nvidia-smi', args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? null)
      resolve({ code, stdout, stderr })
    })
  })

const query = (what: string) => ask([what, '--format=csv,noheader,nounits'])

/** The cards of this machine, asked without waiting in this thread. Never throws. */
export async function askCards(): Promise<Cards> {
  let end: SmiEnd = { code: null, stdout: '', stderr: '' }
  for (const slowed of SLOWED) {
    end = await query(`--query-gpu=${[...FIELDS, slowed, MIG, 'name'].join(',')}`)
    if (!`${end.stdout}${end.stderr}`.includes('is not a valid field to query')) break
  }
  if (end.code !== 0) return { cards: [], users: [], why: whyNone(end) }
  try {
    const cards = parseCards(end.stdout)
    if (cards.length === 0) return { cards, users: [], why: whyNone({ ...end, stdout: 'No devices were found' }) }
    const users = await query(`--query-compute-apps=${USERS}`)
    return { cards, users: users.code === 0 ? parseUsers(users.stdout) : [], why: '' }
  } catch (error) {
    if (!(error instanceof SmiError)) throw error
    return { cards: [], users: [], why: `nvidia-smi said what is not understood: ${error.message}.` }
  }
}
