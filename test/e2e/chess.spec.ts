// Chess by hand: a study is built in the form, run, its positions looked at on the board, and exported; `W2S_SHOTS` names a
// folder for pictures of it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Chess } from 'chess.js'
import { readTask } from '../../src-main/data/datasets'
import { csv, GAMES, pgn } from '../data/lichess'
import { expect, test } from './app'
import { fillSizes, exported, goTo, reach, shoot, value } from './lab'

test('a chess study is built in the form, run, seen on the board, exported and recomputed', async ({ open, home }) => {
  test.setTimeout(180_000)
  const { app, page, errors } = await open()
  await page.getByRole('link', { name: 'Builder' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Chess by hand')
  const tasks = page.locator('#s-tasks')
  while ((await tasks.getByRole('checkbox', { checked: true }).count()) > 0)
    await tasks.getByRole('checkbox', { checked: true }).first().uncheck()
  await tasks.getByRole('checkbox', { name: /^Chess puzzles/ }).check()
  for (const [who, checkpoint, epochs] of [
    ['supervisor 1', 'chess-1', '2'],
    ['student 1', 'chess-3', '4'],
  ] as const) {
    await page.getByRole('combobox', { name: who }).selectOption({ label: 'Transformer' })
    const group = page.getByRole('group', { name: who })
    await group.getByRole('combobox', { name: 'Model', exact: true }).selectOption(checkpoint)
    await group.getByRole('textbox', { name: 'Longest text' }).fill('96')
    await group.getByText(/^Optimiser/).click()
    await group.getByRole('textbox', { name: 'Epochs', exact: true }).fill(epochs)
  }
  const remove = page.getByRole('button', { name: /^Remove (method|student|supervisor) 2$/ })
  while ((await remove.count()) > 0) await remove.first().click()
  await page.getByRole('combobox', { name: 'method 1' }).selectOption({ label: 'Naive' })
  await fillSizes(page, [300, 300, 50, 100])
  // A bag of words writes no moves, and the form says so where it is asked for.
  await expect(page.getByRole('main')).toContainText('a bag of words writes none')
  await page.getByRole('checkbox', { name: 'Reference line' }).uncheck()
  await page.getByRole('textbox', { name: 'Evaluations' }).fill('2')
  await page.getByRole('textbox', { name: 'Seeds' }).fill('0')
  await page.getByRole('button', { name: /^Run \d+ stages/ }).click()
  await expect(page).toHaveURL(/#\/monitor\//)
  const [run] = await value(page, 'runs')
  expect(run).toMatchObject({ name: 'Chess by hand' })
  await reach(page, run!.id, 'done')

  await goTo(page, `#/results/${run!.id}`)
  await expect(page.getByRole('table', { name: 'Arms' })).toContainText('naive')
  await shoot(page, 'result-chess')

  await goTo(page, `#/inspector/${run!.id}?cells=all`)
  const drawer = page.getByRole('complementary', { name: 'Selected example' })
  const board = drawer.getByRole('img', { name: /to move\. / })
  await expect(board).toBeVisible()
  const [arm] = (await value(page, 'result', { runId: run!.id, stop: 'last' })).arms
  const query = { runId: run!.id, armId: arm!.arm.id, seed: 0, stop: 'last' as const }
  const { rows } = await value(page, 'examples', {
    ...{ ...query, cells: [], search: '', sort: 'weak-confidence', offset: 0, limit: 1 },
  })
  // What is drawn is what chess.js, asked apart, makes of the position: its pieces, and the right move's squares.
  const position = new Chess(rows[0]!.fen)
  const pieces = position
    .board()
    .flat()
    .filter((piece) => piece !== null)
  await expect(board.locator('.piece')).toHaveCount(pieces.length)
  const { from, to } = position.move(String(rows[0]!.truth).trim())
  await expect(drawer.getByRole('list', { name: 'Moves' })).toContainText(`(${from} to ${to})`)
  await shoot(page, 'inspector-chess')
  await goTo(page, `#/inspector/${run!.id}?cells=111`)
  await page.emulateMedia({ colorScheme: 'dark' })
  await shoot(page, 'inspector-chess-kept')
  await page.emulateMedia({ colorScheme: null })
  await expect(page.getByRole('main')).not.toContainText(/NaN|Infinity|undefined/)

  const bundle = await exported(app, page, run!.id, join(home, 'bundles', 'chess.w2s.zip'))
  expect(bundle).toMatchObject({ ok: true })
  expect(errors).toEqual([])
})

test('puzzles are imported in the window with their games; bad ones are refused by place, expectation and value', async ({
  open,
  home,
}) => {
  const { app, page, errors } = await open()
  const [puzzles, games, spoilt] = ['puzzles.csv', 'games.pgn', 'spoilt.pgn'].map((name) => join(home, name))
  writeFileSync(puzzles!, csv(GAMES))
  writeFileSync(games!, pgn(GAMES))
  writeFileSync(spoilt!, pgn(GAMES).replace(/1\. \S+/, '1. Ke5'))
  /** What the next dialogs of the system answer. */
  const picking = (path: string) =>
    app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    }, path)
  await goTo(page, '#/data?import=1')
  await picking(puzzles!)
  await page.getByRole('button', { name: 'Choose a file…' }).click()
  await expect(page.getByText('name a PGN file of the games, too')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Import/ })).toBeDisabled()

  await picking(spoilt!)
  await page.getByRole('button', { name: 'Choose the games…' }).click()
  await expect(page.getByRole('main')).toContainText(
    'games, line 4, column 4: expected a legal move of White, got "Ke5"',
  )
  await shoot(page, 'import-bad-games')
  await picking(games!)
  await page.getByRole('button', { name: 'Choose the games…' }).click()
  await expect(page.getByLabel('Rows are')).toHaveValue('text')
  await page.getByRole('textbox', { name: 'Licence' }).fill('CC0')
  await shoot(page, 'import-puzzles')
  await page.getByRole('button', { name: 'Import 130 examples' }).click()
  await expect(page.getByRole('button', { name: 'Puzzles', exact: true })).toBeVisible()
  const rows = await readTask(join(home, 'datasets', 'puzzles.jsonl.gz'), { kind: 'text' })
  expect(rows.map(({ fen, target, difficulty }) => [fen, target, difficulty])).toEqual(
    GAMES.map(({ fen, answer }, i) => [fen, ` ${answer}`, 1000 + i]),
  )
  expect(errors).toEqual([])
})
