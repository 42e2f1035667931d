// The machine that a benchmark runs on, and what else it does meanwhile.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** The processor by name, with family and model since a virtual machine's name says little, and its cores. */
export function processorName() {
  const info = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  const of = (field) => new RegExp(`^${field}\\s*: (.+)$`, 'm').exec(info)?.[1]
  const model = of('model') ? ` (family ${of('cpu family')}, model ${of('model')})` : ''
  return `${cpus()[0].model.trim()}${model}, ${availableParallelism()} cores`
}

/** The numbers of a line of /proc: user, nice, system, idle, iowait, irq, softirq, steal. */
const numbers = (text) => text.trim().split(/\s+/).map(Number)

/** Parent, and ticks with those of children that have ended, of a process; null when it has ended itself. */
function processTicks(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) }
  } catch {
    return null
  }
}

/** Ticks of this process and all that it started. */
function ownTicks() {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [Number(pid), processTicks(pid)]),
  )
  const isOwn = (pid) => pid === process.pid || (all.get(pid) ? isOwn(all.get(pid).parent) : false)
  return [...all].reduce((sum, [pid, found]) => sum + (found && isOwn(pid) ? found.ticks : 0), 0)
}

/** What the machine has done so far, in ticks; null where the system does not say. */
export function snapshot() {
  if (!existsSync('/proc/stat')) return null
  const [user, nice, system, idle, wait, irq, soft, steal] = numbers(
    /^cpu (.+)$/m.exec(readFileSync('/proc/stat', 'utf8'))[1],
  )
  const busy = user + nice + system + irq + soft
  return { busy, steal, all: busy + steal + idle + wait, own: ownTicks() }
}

/** Shares of all cores' time since `before` that other work, and other guests of the host, took. */
export function disturbance(before, after = snapshot()) {
  if (!before || !after) return null
  const all = Math.max(1, after.all - before.all)
  const others = Math.max(0, after.busy - before.busy - (after.own - before.own))
  return { others: others / all, steal: (after.steal - before.steal) / all }
}

/** Below this share nothing is said. */
const QUIET = 0.03
const percent = (share) => `${Math.round(100 * share)} %`

/** In words; '' when the machine was quiet or does not say. */
export function disturbanceText(found) {
  if (!found) return ''
  const parts = []
  if (found.others > QUIET) parts.push(`other work took ${percent(found.others)} of the cores`)
  if (found.steal > QUIET) parts.push(`the host took ${percent(found.steal)}`)
  return parts.join(', ')
}
