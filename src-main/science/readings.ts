// What is read of a machine while it works. Pure, so that the engine, the store and the window speak of the same things.

/** `share`: of all that there is, 0 to 1; `rate`: in a second. */
export type ReadingUnit = 'share' | 'rate' | 'bytes' | 'watts' | 'celsius' | 'megahertz'

interface Reading {
  title: string
  unit: ReadingUnit
  /** What the title leaves unsaid. */
  note: string
}

/** Everything that is read, in the order in which it is shown. */
export const READINGS = {
  cpu: { title: 'Processor', unit: 'share', note: 'of all cores, by the engine' },
  cpuMachine: { title: 'Processor, all programs', unit: 'share', note: 'of all cores' },
  tokens: { title: 'Tokens a second', unit: 'rate', note: 'without padding, trained on or only passed through' },
  ofLimit: {
    title: 'Of the card’s limit',
    unit: 'share',
    note: 'matrix products that are needed, over the card’s peak',
  },
  memory: { title: 'Memory', unit: 'bytes', note: 'resident, of the engine' },
  memoryMachine: { title: 'Memory, all programs', unit: 'bytes', note: 'that cannot be had' },
  gpu: { title: 'GPU', unit: 'share', note: 'of the time, by any program' },
  gpuMemory: { title: 'GPU memory', unit: 'bytes', note: 'of the engine' },
  gpuMemoryOthers: { title: 'GPU memory, others', unit: 'bytes', note: 'of the driver and all other programs' },
  gpuPower: { title: 'GPU power', unit: 'watts', note: 'of the whole card' },
  gpuPowerShare: { title: 'GPU power, its share', unit: 'watts', note: 'shared evenly by our stages on the card' },
  gpuTemperature: { title: 'GPU temperature', unit: 'celsius', note: '' },
  gpuClock: { title: 'GPU clock', unit: 'megahertz', note: 'of its processors' },
  gpuMemoryClock: { title: 'GPU memory clock', unit: 'megahertz', note: '' },
  gpuSlowed: { title: 'GPU slowed down', unit: 'share', note: 'of the samples: by heat, power or a failing supply' },
} as const satisfies Record<string, Reading>

export type ReadingName = keyof typeof READINGS
export type Readings = Partial<Record<ReadingName, number>>
export const READING_NAMES = Object.keys(READINGS) as ReadingName[]

/** An NVIDIA card, as its driver knows it. */
export interface CardRead {
  uuid: string
  name: string
}

/** Cards of one name are told apart by the first digits of their uuids: `NVIDIA A100-SXM4-80GB (GPU-ae3738d5)`. */
export const cardTitle = ({ uuid, name }: CardRead): string => `${name} (${uuid.slice(0, 'GPU-01234567'.length)})`
