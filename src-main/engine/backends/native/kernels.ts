import { createHash, randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { makeFolder } from '../../../data/folder'
import type { Isa, NativeAddon } from '../../../../src-native/model'

/** A newer instruction set is taken unless an older one is faster by more than what measurements differ. */
const MARGIN = 1.03

type Measured = Pick<NativeAddon, 'isas' | 'measure' | 'processor'>

/**
 * The kernels that are fastest on this machine, measured at the first load and kept in `folder` by processor and build:
 * different kernels round differently, so the choice must stay. Where it cannot be kept, the newest instruction set is
 * taken, since then two loads could measure differently.
 * @param build what the addon is, so that other kernels are measured anew
 */
export function chooseIsa(addon: Measured, folder: string, build: string): Isa {
  const [newest] = addon.isas
  if (addon.isas.length === 1) return newest!
  const model = [addon.processor, cpus()[0]?.model.trim(), ...addon.isas, build].join('\0')
  const file = path.join(folder, `kernels-${createHash('sha256').update(model).digest('hex').slice(0, 16)}`)
  return kept(file, addon) ?? keep(file, fastest(addon), addon) ?? newest!
}

function fastest({ isas, measure }: Measured): Isa {
  const times = new Map(isas.map((isa) => [isa, measure(isa)]))
  return isas.reduce((best, isa) => (times.get(isa)! * MARGIN < times.get(best)! ? isa : best))
}

function kept(file: string, { isas }: Measured): Isa | null {
  try {
    const found = readFileSync(file, 'utf8').trim()
    return isas.find((isa) => isa === found) ?? null
  } catch {
    return null
  }
}

/** The choice that stands in the file in the end: another process may have been first. Null where none could be kept. */
function keep(file: string, isa: Isa, addon: Measured): Isa | null {
  const own = `${file}.${randomUUID()}`
  try {
    makeFolder(path.dirname(file))
    writeFileSync(own, `${isa}\n`)
    // What is there and no choice was cut short.
    if (existsSync(file) && kept(file, addon) === null) rmSync(file)
    try {
      linkSync(own, file)
    } finally {
      rmSync(own)
    }
  } catch {
    // Another process was first, or nothing can be kept: what is there, or is not, decides.
  }
  return kept(file, addon)
}
