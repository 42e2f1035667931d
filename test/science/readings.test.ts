import { expect, test } from 'vitest'
import { cardTitle } from '../../src-main/science/readings'

test('cards of one name are told apart by the first digits of their uuids', () => {
  const [first, second] = ['GPU-ae3738d5-9aa2-e1c9-53be-65b6d373d3d9', 'GPU-00000000-0000-0000-0000-000000000000'].map(
    (uuid) => cardTitle({ uuid, name: 'NVIDIA A100-SXM4-80GB' }),
  )
  expect(first).toBe('NVIDIA A100-SXM4-80GB (GPU-ae3738d5)')
  expect(second).toBe('NVIDIA A100-SXM4-80GB (GPU-00000000)')
})
