import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src-main/store'
import { temporaryFolder } from './temporary'

test('remarks and slices go by task and name; the later one stands', () => {
  const store = openStore(join(temporaryFolder(), 'lab.sqlite'))
  onTestFinished(() => store.close())
  store.remarks.put({ task: 'spam', example: 'a', flag: 1, note: '' })
  store.remarks.put({ task: 'spam', example: 'a', flag: 3, note: 'odd' })
  store.remarks.put({ task: 'foods', example: 'a', flag: 5, note: '' })
  expect(store.remarks.of('spam')).toEqual([{ task: 'spam', example: 'a', flag: 3, note: 'odd' }])
  store.remarks.remove('spam', 'a')
  expect([store.remarks.of('spam'), store.remarks.of('foods').length]).toEqual([[], 1])

  for (const filter of ['{}', '{"cells":[]}']) store.slices.put({ task: 'spam', name: 'sure', filter })
  store.slices.put({ task: 'spam', name: 'long', filter: '{}' })
  expect(store.slices.of('spam').map(({ name, filter }) => [name, filter])).toEqual([
    ['long', '{}'],
    ['sure', '{"cells":[]}'],
  ])
  store.slices.remove('spam', 'sure')
  expect(store.slices.of('spam')).toHaveLength(1)
})
