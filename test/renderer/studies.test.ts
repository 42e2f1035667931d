import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { armText, predicted, setText } from '../../src-renderer/views/studies/claim'
import { views } from '../../src-renderer/state/views.svelte'
import { pairOf } from '../../src-renderer/views/studies/pair'
import { nextSort, pgrOver, rowsOf, seedsOver, sortName, sortNamed } from '../../src-renderer/views/studies/rows'
import {
  groupsOf,
  lineOf,
  matrixOf,
  matrixTable,
  settingColumns,
  shownArms,
  undefinedIn,
} from '../../src-renderer/views/studies/study'
import type { ArmsFound, RunSummary, SeedOutlook, StudyResult } from '../../src-preload/contract'
import { createFakeBridge, studyResult, type FakeBridge } from './bridge'
import { ACCURACY, withAccuracy } from './sample'
import { heard, open } from './window'

afterEach(cleanup)
const press = (key: string) => fireEvent(window, new KeyboardEvent('keydown', { key, bubbles: true }))
const said = (bridge: FakeBridge, name: string) => heard(bridge, name).map(({ args }) => args[0])
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

async function sampleRuns(): Promise<RunSummary[]> {
  const reply = await createFakeBridge().call('runs')
  if (!reply.ok) throw new Error('no runs')
  return reply.value
}
const study = (): StudyResult => studyResult('s', 'last')
const title = (id: string) => id

describe('the rows of the list', () => {
  it('put runs below their study, or alone in the order of a column, those without a value last', async () => {
    const runs = (await sampleRuns()).map((run, i) => ({
      ...run,
      question: i < 2 ? 'Why?' : '',
      study: i < 2 ? 'q' : run.id,
    }))
    const said = [{ id: 'n', question: 'New?', notes: '', hasRule: true }]
    const rows = rowsOf(runs, said, null, true)
    expect(rows.map(({ kind, id }) => `${kind} ${id}`).slice(0, 4)).toEqual([
      'study n',
      'study q',
      `run ${runs[0]!.id}`,
      `run ${runs[1]!.id}`,
    ])
    expect(rowsOf(runs, said, null, false)).toHaveLength(rows.length - 1)
    const some = runs.slice(0, 3).map((run, i): RunSummary => {
      const pgr = [0.1, null, 0.4][i]!
      return { ...run, found: { ...run.found, pgr: pgr === null ? null : { low: 0, high: pgr } } }
    })
    const by = (down: boolean) =>
      rowsOf(some, [], { by: 'pgr', down }, true).map(({ id }) => some.findIndex((r) => r.id === id))
    expect([by(true), by(false)]).toEqual([
      [2, 0, 1],
      [0, 2, 1],
    ])
  })

  it('sort by a column, the other way, and by study again', () => {
    const first = nextSort(null, 'pgr')
    expect(first).toEqual({ by: 'pgr', down: true })
    expect(nextSort(first, 'pgr')).toEqual({ by: 'pgr', down: false })
    expect(nextSort(nextSort(first, 'pgr'), 'pgr')).toBeNull()
    expect(sortNamed(sortName(first))).toEqual(first)
    expect(sortNamed('colour')).toBeNull()
  })

  it('tell PGR and seeds over arms, and how many have none', async () => {
    const { found } = (await sampleRuns())[2]!
    const of = (changes: Partial<ArmsFound>): ArmsFound => ({ ...found, ...changes })
    expect(pgrOver(of({ arms: 1, pgr: { low: 0.5, high: 0.5 } }))).toBe('.50')
    expect(pgrOver(of({ arms: 3, undefined: 1, pgr: { low: -0.1, high: 0.5 } }))).toBe('\u2212.10 to .50, 1 undefined')
    expect(pgrOver(of({ arms: 1, undefined: 1, pgr: null }))).toBe('undefined')
    expect(pgrOver(of({ pgr: null }))).toBe('')
    expect(seedsOver(of({ seeds: { low: 2, high: 3 }, asked: 3 }))).toBe('2 to 3 of 3')
    expect(seedsOver(of({ seeds: null }))).toBe('')
  })
})

describe('the arms of a study', () => {
  it('that look alike say which run they are of', () => {
    const base = study()
    const twin = { ...base.arms[0]!, id: 'other/x', runs: [{ runId: base.runs[1]!.id, armId: 'x' }] }
    const arms = shownArms({ ...base, arms: [...base.arms, twin] }, [])
    const names = arms.map(({ result }) => JSON.stringify([result.arm.task, result.arm.methodTitle]))
    expect(new Set(names).size).toBe(arms.length)
    expect(arms.at(-1)!.result.arm.methodTitle).toContain(base.runs[1]!.name)
    expect(shownArms(base, ['nobody'])).toEqual([])
  })

  it('stand all in a matrix, whatever its axes, and one that is undefined is counted', () => {
    const base = study()
    const none = { defined: false, reason: 'No gap.', gap: 0, seeds: 3, examples: 10, convention: '' } as const
    const arms = shownArms(base, []).map((arm, i) =>
      i === 0 ? { ...arm, result: withAccuracy(arm.result, { pgr: none }) } : arm,
    )
    for (const axes of [
      ['task', 'method'],
      ['weak', 'strong'],
      ['method', 'run'],
    ] as const) {
      const matrix = matrixOf(arms, axes, title)
      expect(
        matrix.cells
          .flat(2)
          .map(({ result }) => result.arm.id)
          .sort(),
      ).toEqual(arms.map(({ result }) => result.arm.id).sort())
      // Each name stands once in its row, beside all of its cells.
      for (const [r, lines] of matrix.lines.entries()) {
        const named = matrix.cells[r]!.flat().map((arm) => lineOf(matrix, arm, title))
        expect([lines.length, new Set(named)]).toEqual([new Set(named).size, new Set(lines)])
      }
      const { shown, values } = matrixTable(matrix, axes, ACCURACY, title)
      expect(shown.rows.flat().join().match(/n 3/g)).toHaveLength(arms.length)
      expect(values.rows).toHaveLength(arms.length)
    }
    const before = undefinedIn(shownArms(base, []), 'accuracy')
    expect(undefinedIn(arms, 'accuracy').map(({ reason }) => reason)).toEqual([
      'No gap.',
      ...before.map(({ reason }) => reason),
    ])
    // One pair on five tasks by two methods: a column a method, a row a task.
    expect(matrixOf(arms, ['task', 'method'], title)).toMatchObject({ inside: [] })
    expect(matrixOf(arms, ['weak', 'strong'], title).inside).toEqual(['task', 'method'])
  })

  it('share floor and ceiling where they share their stages, and show only settings that differ', () => {
    const arms = shownArms(study(), [])
    const groups = groupsOf(arms, 'accuracy')
    expect(groups.length).toBeLessThan(arms.length)
    expect(groups.flatMap((group) => group.arms)).toHaveLength(arms.length)
    const [few, all] = [settingColumns(arms, true), settingColumns(arms, false)]
    expect(few).toContain('method alphaMax')
    expect(few).not.toContain('weak words')
    expect(all.length).toBeGreaterThan(few.length)
  })
})

describe('what a rule will be decided by', () => {
  const rule = { ...study().rules[0]!.rule!, value: 0.2 }
  const past = {
    runId: 'r',
    run: 'Before',
    arm: 'a',
    seeds: 4,
    alike: 'arm',
    metric: 'accuracy',
    sigma: 0.01,
    gap: 0.1,
  } as const
  const planned = (halfWidth: number | null, pgr: number | null): SeedOutlook => {
    const next = { halfWidth: 0.2, seeds: 9, most: 100 }
    return { arm: `arm ${halfWidth}`, seeds: 3, past: { ...past, pgr }, halfWidth, next }
  }
  it('is the widest of what is planned, and warns where its value would lie within', () => {
    const told = predicted(rule, [planned(0.1, 0.5), planned(0.4, 0.5)])!
    expect(told.undecided).toBe(true)
    expect(plain(told.text)).toBe(
      'Predicted: 3 seeds give PGR ± .40, the widest of 2 planned arms (arm 0.4), by 4 seeds of “Before”. Around the .50 of then it would hold .20 and exclude neither outcome. ± .20 needs 9 seeds.',
    )
    expect(predicted(rule, [planned(0.1, 0.5)])).toMatchObject({ undecided: false })
  })
  it('is not told of where nothing is known', () => {
    const unknown = { arm: 'b', seeds: 3, past: null, halfWidth: null, next: null }
    for (const outlooks of [[], [unknown], [planned(null, 0.5)], [planned(0.1, null)]])
      expect(predicted(rule, outlooks)).toBeNull()
  })
})

describe('a rule in words', () => {
  it('says whether it was set before the first result', () => {
    const { rules } = study()
    expect(setText(rules, 0)).toMatchObject({ marked: false })
    expect(setText([{ ...rules[0]!, students: 2 }], 0).text).toMatch(/^Set .*after 2 students were finished\.$/)
    expect(setText([...rules, { ...rules[0]!, students: 2 }], 0)).toMatchObject({ marked: true })
    expect(setText([...rules, { ...rules[0]!, students: 2 }], 0).text).toMatch(/^Changed/)
  })
  it('tells where the value lies', () => {
    const rule = { ...study().rules[0]!.rule!, value: 0.2 }
    const arm = { id: 'a', outcome: 'not met', reason: '', within: true } as const
    const found = { value: 0.26, low: 0.02, high: 0.49, seeds: 3 }
    expect(armText(rule, { ...arm, found })).toBe('.26 [.02 to .49], n 3: .20 lies within')
    expect(armText(rule, { ...arm, within: false, found: { ...found, high: 0.1 } })).toContain('all of it is below')
    expect(armText(rule, { ...arm, outcome: 'undecided', reason: 'no seed is finished', found: null })).toBe(
      'no seed is finished',
    )
  })
})

describe('the place', () => {
  it('searches, says where a query goes wrong, and takes parts out by their chips', async () => {
    const found = (query: string) => {
      if (query.endsWith('>')) return { ids: [], parts: [], problem: { at: 4, expected: 'a number', got: 'nothing' } }
      const parts = query ? [{ from: 0, to: 10, text: 'state:done' }] : []
      return { ids: query ? ['run-done'] : ['run-done', 'run-five'], parts, problem: null }
    }
    open('#/studies', { findRuns: found })
    const search = await screen.findByRole('searchbox', { name: 'Search runs' })
    await screen.findByText('2 runs')
    await fireEvent.input(search, { target: { value: 'state:done' } })
    await screen.findByText('1 run')
    await fireEvent.input(search, { target: { value: 'pgr>' } })
    await screen.findByText('At 5: expected a number, got nothing.')
    expect(search.getAttribute('aria-invalid')).toBe('true')
    // What was found last stays meanwhile.
    expect(screen.getByText('1 run')).toBeTruthy()
    await fireEvent.input(search, { target: { value: 'state:done' } })
    await fireEvent.click(await screen.findByRole('button', { name: 'Take out state:done' }))
    await screen.findByText('2 runs')
    expect(location.hash).toBe('#/studies')
  })

  it('marks by keys and trashes with an undo', async () => {
    const bridge = open('#/studies', { findRuns: () => ({ ids: ['run-done', 'run-stop'], parts: [], problem: null }) })
    await screen.findByText('2 runs')
    await press('j')
    await press('x')
    await press('j')
    await press('x')
    await screen.findByText('2 selected of 2 runs')
    await press('Delete')
    await screen.findByText(/2 runs: in the trash for 30 days/)
    expect(said(bridge, 'trash')).toEqual([{ runs: ['run-done', 'run-stop'], trashed: true }])
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(said(bridge, 'trash')).toHaveLength(2))
    expect(said(bridge, 'trash')[1]).toEqual({ runs: ['run-done', 'run-stop'], trashed: false })
    // It was taken back: there is nothing left for the key.
    await fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true })
    await press('Delete')
    await waitFor(() => expect(said(bridge, 'trash')).toHaveLength(3))
    // By the key that is so wherever one went in between.
    location.hash = '#/guide'
    await screen.findByRole('region', { name: 'Pages of the guide' })
    await fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true })
    await waitFor(() => expect(said(bridge, 'trash')).toHaveLength(4))
    expect(said(bridge, 'trash')[3]).toMatchObject({ trashed: false })
  })

  it('sorts by its columns, and says so', async () => {
    open('#/studies')
    const header = await screen.findByRole('columnheader', { name: /PGR/ })
    expect(header.getAttribute('aria-sort')).toBe('none')
    await fireEvent.click(within(header).getByRole('button'))
    await waitFor(() => expect(header.getAttribute('aria-sort')).toBe('descending'))
    expect(location.hash).toBe('#/studies?sort=-pgr')
  })

  it('tags several runs at once', async () => {
    const bridge = open('#/studies', { findRuns: () => ({ ids: ['run-done'], parts: [], problem: null }) })
    await screen.findByText('1 run')
    await press('j')
    await press('x')
    const actions = await screen.findAllByRole('button', { name: 'Tags…' })
    await fireEvent.click(actions[0]!)
    await fireEvent.input(await screen.findByRole('textbox', { name: /New tags/ }), {
      target: { value: 'paper, old ' },
    })
    await fireEvent.click(screen.getByRole('button', { name: 'Keep' }))
    await waitFor(() =>
      expect(said(bridge, 'mark')).toEqual([{ runs: ['run-done'], addTags: ['paper', 'old'], removeTags: [] }]),
    )
  })
})

describe('two runs that are selected', () => {
  it('are compared by the arms that are most alike, the later against the earlier', async () => {
    const bridge = createFakeBridge()
    const detail = async (id: string) => {
      const reply = await bridge.call('runDetail', id)
      if (!reply.ok) throw new Error(id)
      return reply.value
    }
    const one = await detail('run-done')
    const [arm] = one.arms
    const other = { ...one, id: 'later', createdAt: one.createdAt + 1 }
    const changed = { ...arm!, id: 'changed', weakTitle: 'another' }
    expect(pairOf(one, { ...other, arms: [changed, { ...arm!, id: 'same' }] })).toEqual({
      ...{ run: 'later', arm: 'same', of: 'run-done', against: arm!.id },
    })
    expect(pairOf({ ...other, arms: [changed] }, one)).toMatchObject({ run: 'later', arm: 'changed' })
    expect(pairOf(one, { ...other, arms: [{ ...arm!, task: 'else' }] })).toBeNull()
    expect(pairOf(one, { ...other, arms: [{ ...arm!, measure: 'development' }] })).toBeNull()
  })

  it('open the comparison by c, or stand side by side where they ask one question', async () => {
    open('#/studies', { findRuns: () => ({ ids: ['run-done', 'run-five'], parts: [], problem: null }) })
    await screen.findByText('2 runs')
    for (const key of ['j', 'x', 'j', 'x']) await press(key)
    await screen.findByText(/2 selected of/)
    screen.getByRole('button', { name: 'Side by side' })
    await press('c')
    await waitFor(() => expect(location.hash).toMatch(/^#\/results\/.*arm=.*&with=.*&of=/))
  })
})

describe('kept views', () => {
  it('stand in the list, lead back to what they were kept of, and are forgotten', async () => {
    views.keep({ name: 'Of spam', hash: '#/studies?q=task%3Aspam&sort=-pgr' })
    open('#/studies')
    const kept = within(await screen.findByRole('group', { name: 'Kept views' }))
    expect(kept.getByRole('link', { name: 'Of spam' }).getAttribute('href')).toContain('sort=-pgr')
    await fireEvent.click(kept.getByRole('button', { name: 'Keep this view…' }))
    await screen.findByRole('dialog', { name: 'Keep this view' })
    await press('Escape')
    await fireEvent.click(kept.getByRole('button', { name: 'Forget the view Of spam' }))
    await waitFor(() => expect(kept.queryByRole('link', { name: 'Of spam' })).toBeNull())
  })
})

describe("a study's page", () => {
  it('shows rule, matrix, arms and runs; a cell opens the result of its arm', async () => {
    open('#/studies/s')
    await screen.findByRole('heading', { level: 1, name: study().question })
    expect(screen.getByText(/Set .*before the first student/)).toBeTruthy()
    const matrix = screen.getByRole('table', { name: /^PGR by/ })
    const [first] = within(matrix).getAllByRole('link')
    expect(first!.getAttribute('href')).toMatch(/^#\/results\/run-(done|five)\?arm=.*stop=last$/)
    const table = screen.getByRole('table', { name: 'Arms' })
    const columns = () => within(table).getAllByRole('columnheader').length
    const few = columns()
    await press('d')
    await waitFor(() => expect(columns()).toBeGreaterThan(few))
  })

  it('reads all arms at a step that was evaluated, and says which it is and what an oracle is', async () => {
    const bridge = open('#/studies/s')
    const places = await screen.findByRole('combobox', { name: 'Read at an epoch or step' })
    const options = within(places)
      .getAllByRole('option')
      .map(({ textContent }) => textContent)
    expect(options.slice(0, 2)).toEqual(['at…', 'epoch 1'])
    const step = study().arms[0]!.result.training!.step[2]!
    await fireEvent.change(places, { target: { value: `step-${step}` } })
    await screen.findByText(new RegExp(`Students are read at step ${step}\\.`))
    expect(said(bridge, 'study').at(-1)).toEqual({ id: 's', stop: `step-${step}` })
    expect(screen.getAllByRole('link').some((link) => link.getAttribute('href')?.includes(`stop=step-${step}`))).toBe(
      true,
    )
    await fireEvent.click(screen.getByRole('radio', { name: /oracle/ }))
    await screen.findByText(/chosen by ground truth of the very test rows.*an upper bound/)
  })

  it('sets a rule that is checked first', async () => {
    const bridge = open('#/studies/s', {
      study: (query) => ({ ...studyResult('s', query.stop), rules: [], verdict: null }),
    })
    await fireEvent.click(await screen.findByRole('button', { name: 'Set a rule…' }))
    const value = screen.getByRole('textbox', { name: 'Value' })
    await fireEvent.input(value, { target: { value: 'much' } })
    await screen.findByText('The value must be a number such as .2, no more than a million')
    for (const text of ['1e400', '9'.repeat(400)]) {
      await fireEvent.input(value, { target: { value: text } })
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Set the rule' }).disabled).toBe(true)
    }
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Set the rule' }).disabled).toBe(true)
    await fireEvent.input(value, { target: { value: '.15' } })
    await fireEvent.click(screen.getByRole('button', { name: 'Set the rule' }))
    await waitFor(() =>
      expect(said(bridge, 'studySay')).toMatchObject([{ id: 's', rule: { quantity: 'pgr', value: 0.15, seeds: 3 } }]),
    )
  })

  it('copies its matrix as LaTeX and saves its figure', async () => {
    const bridge = open('#/studies/s')
    let copied = ''
    vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => Promise.resolve(void (copied = text)))
    await fireEvent.click(await screen.findByRole('button', { name: 'Copy as LaTeX: PGR matrix' }))
    await waitFor(() => expect(plain(copied)).toContain('\\begin{tabular}'))
    await fireEvent.click(screen.getByRole('button', { name: 'Save as CSV: Arms' }))
    await waitFor(() => expect(said(bridge, 'saveFile')).toMatchObject([{ name: 'arms.csv' }]))
  })
})
