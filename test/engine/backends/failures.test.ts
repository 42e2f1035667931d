import { expect, test } from 'vitest'
import { explained } from '../../../src-main/engine/backends/native/failures'
import type { KnownFailure } from '../../../src-main/engine/failure'

test('a card without memory for a training says what takes less, the last blocks alone where all are trained', () => {
  const full = Object.assign(new Error('full'), { code: 'W2S_FULL', asked: 3e9, free: 1e9, all: 8e9 })
  const held = { weights: 2e9, gradients: 1e9, moments: 2e9, activations: 0 }
  const told = (part: boolean) => explained(full, held, part) as KnownFailure
  expect(told(false)).toMatchObject({ why: 'memory', cause: full })
  const begins =
    'The NVIDIA card has not enough memory: 3.0 GB more were asked for, 1.0 GB of 8.0 GB are free. The training has 2.0 GB of weights, 1.0 GB of gradients, 2.0 GB of moments, 0.0 GB of activations.'
  expect([told(false), told(true)].map(({ message }) => message)).toEqual([
    `${begins} A smaller batch, fewer tokens of a text, or training the last blocks alone takes less.`,
    `${begins} A smaller batch or fewer tokens of a text take less.`,
  ])
})
