import type { Looks } from '../../src-preload/contract'

export const LOOKS: Looks = {
  ...{ before: 2, firstAt: 1_700_000_000_000, counted: true, seals: [] },
  text: 'When this was opened, what this study found on test rows had been looked at 2 times, first on 2023-11-14 22:13.',
}
