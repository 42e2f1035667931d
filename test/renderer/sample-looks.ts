import type { Looks } from '../../src-preload/contract'

export const LOOKS: Looks = {
  ...{ before: 2, firstAt: 1_700_000_000_000, counted: true, seals: [] },
  text: 'What this study found on test rows was looked at 2 times before, first on 2023-11-14 22:13.',
}
