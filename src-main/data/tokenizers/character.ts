import { z } from 'zod'

/** One character of Unicode, whatever its UTF-16 units. */
export const characterSchema = z.string().refine((text) => [...text].length === 1, 'one character')
