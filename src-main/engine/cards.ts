// The cards as a process that computes asks for them, every few seconds: NVML's answer, else nvidia-smi's. The lab itself asks
// nvidia-smi first, a program of its own: what a driver does to who asks it must cost a run at most, not the window.
import { setTimeout as wait } from 'node:timers/promises'
import type { Cards } from '../data/machine/cards'
import { askCards as askSmi } from '../data/machine/smi'
import { askNvml } from './backends/native/nvml'
import type { CardRead } from '../science/readings'
import type { CardWatch } from './protocol'

/** NVML answers in milliseconds, and in a second or two where nobody holds the driver loaded. */
const PATIENCE = 5_000

/** `by`: who answered; `whyNot`: why NVML did not, '' where it did. */
export interface Answered extends Cards {
  by: 'NVML' | 'nvidia-smi'
  whyNot: string
}

interface Sources {
  nvml?: () => Promise<Cards>
  smi?: () => Promise<Cards>
  patience?: number
}

/** Asks for cards. What is returned never throws; NVML that does not answer in time is not asked again before it does. */
export function createCardReader({ nvml = askNvml, smi = askSmi, patience = PATIENCE }: Sources = {}) {
  let pending = false

  async function first(): Promise<Cards> {
    if (pending) throw new Error(late(patience))
    pending = true
    const asked = nvml().finally(() => (pending = false))
    const timer = new AbortController()
    const tooLate = wait(patience, null, { signal: timer.signal }).then(() => Promise.reject(new Error(late(patience))))
    try {
      return await Promise.race([asked, tooLate])
    } finally {
      // Whoever lost is heard by nobody.
      asked.catch(() => undefined)
      tooLate.catch(() => undefined)
      timer.abort()
    }
  }

  return async (): Promise<Answered> => {
    try {
      return { ...(await first()), by: 'NVML', whyNot: '' }
    } catch (error) {
      return { ...(await smi()), by: 'nvidia-smi', whyNot: (error as Error).message }
    }
  }
}

const late = (patience: number) => `NVML gave no answer within ${patience / 1000} s.`

/** Of this process. */
export const askCards = createCardReader()

/** How cards are watched while they compute here, and what is to be said of them now. */
export async function findWatch(): Promise<CardWatch> {
  const { by, why, whyNot, cards, users } = await askCards()
  if (why) {
    const whys = [whyNot, why].filter((each, i, all) => all.indexOf(each) === i)
    return { by: null, why: whys.join(' '), troubles: [], programs: [] }
  }
  const others = users.filter(({ pid }) => pid !== process.pid)
  return {
    ...{ by, why: whyNot },
    troubles: cards.flatMap(({ trouble: text, ...card }) => (text ? [{ card: readOf(card), text }] : [])),
    programs: cards.flatMap((card) =>
      others
        .filter((user) => user.card === card.uuid)
        .map(({ name, bytes }) => ({ card: readOf(card), name, bytes }))
        .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)),
    ),
  }
}

const readOf = ({ uuid, name }: CardRead): CardRead => ({ uuid, name })
