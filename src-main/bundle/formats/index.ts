import type { z } from 'zod'
import {
  BUNDLE_VERSION,
  bundleInfoSchema,
  environmentSchema,
  resultsSchema,
  type BundleInfo,
  type Environment,
  type Results,
} from '../format'
import { resultTable } from '../tables'
import * as first from './1'
import * as second from './2'

/** How the documents of one version are checked; what they give is of the current shape. */
export interface Layout {
  info: z.ZodType<Omit<BundleInfo, 'version'> & { version: number }>
  results: z.ZodType<Results>
  environment: z.ZodType<Environment>
  /** Its `results.csv`; null where stop rules and intervals were others, so that its results cannot be made again. */
  resultTable: ((arms: Results['arms']) => Iterable<string>) | null
}

/** Stages of versions 1 and 2 said threads and instruction set in the words of their device alone. */
const placed = (told: z.infer<typeof second.environment>): Environment => ({
  ...told,
  stages: told.stages.map((stage) => ({ ...stage, threads: null, isa: null })),
})

/** Every version that was ever released. */
export const LAYOUTS: Readonly<Record<number, Layout>> = {
  1: {
    info: first.info,
    results: first.results.transform((told) => second.upgraded(first.upgraded(told))),
    environment: first.environment.transform(placed),
    resultTable: null,
  },
  2: {
    info: second.info,
    results: second.results.transform(second.upgraded),
    environment: second.environment.transform(placed),
    resultTable: second.resultTable,
  },
  [BUNDLE_VERSION]: {
    info: bundleInfoSchema,
    results: resultsSchema,
    environment: environmentSchema,
    resultTable,
  },
}
