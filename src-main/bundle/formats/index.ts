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
import * as first from './1'

/** How the documents of one version are checked; what they give is of the current shape. */
export interface Layout {
  info: z.ZodType<Omit<BundleInfo, 'version'> & { version: number }>
  results: z.ZodType<Results>
  environment: z.ZodType<Environment>
}

/** Every version that was ever released. */
export const LAYOUTS: Readonly<Record<number, Layout>> = {
  1: {
    info: first.info,
    results: first.results.transform(first.upgraded),
    environment: first.environment,
  },
  [BUNDLE_VERSION]: { info: bundleInfoSchema, results: resultsSchema, environment: environmentSchema },
}
