import { expect, test } from 'vitest'
import { settingColumns, settingsOf, settingText, shownArms } from '../../src-renderer/views/studies/study'
import { studyResult } from './bridge'

test('settings stand as they were set: two that differ in a fifth digit differ', () => {
  const arms = shownArms(studyResult('s', 'last'), []).slice(0, 2)
  const [one, other] = arms.map((shown, i) => {
    const { arm } = shown.result
    const strong = { ...arm.optimisers!.strong, lr: [0.000_121_01, 0.000_121_02][i]! }
    return { ...shown, result: { ...shown.result, arm: { ...arm, optimisers: { ...arm.optimisers!, strong } } } }
  })
  expect(settingsOf(one!.result)['student lr']).toBe(0.000_121_01)
  expect(settingText(settingsOf(one!.result)['student lr'])).toBe('0.00012101')
  expect(settingColumns([one!, other!], true)).toContain('student lr')
})
