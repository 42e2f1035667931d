import { z } from 'zod'

/** A list of one entry at least, none twice: a second one is answered with the place of the first. */
export const distinct = <T>(item: z.ZodType<T>) =>
  z
    .array(item)
    .min(1)
    .superRefine((all, context) => {
      const first = new Map<string, number>()
      for (const [i, entry] of all.entries()) {
        const text = JSON.stringify(entry)
        const sameAs = first.get(text)
        if (sameAs === undefined) first.set(text, i)
        else
          context.addIssue({ code: 'custom', path: [i], message: 'an entry that is not there yet', params: { sameAs } })
      }
    })
