import { fireEvent } from '@testing-library/svelte'
import { expect, it, onTestFinished } from 'vitest'
import { oneStop } from '../../src-renderer/lib/one-stop'

/** Something that is one stop of Tab. */
function attached(content: string): HTMLElement {
  document.body.innerHTML = content
  const whole = document.body.firstElementChild as HTMLElement
  const stop = oneStop(whole)
  onTestFinished(() => {
    stop()
    document.body.innerHTML = ''
  })
  return whole
}
const stops = (whole: HTMLElement) =>
  [...whole.querySelectorAll<HTMLElement>('button, input')].filter(({ tabIndex }) => tabIndex === 0).map(({ id }) => id)
const press = async (key: string) => {
  const more = await fireEvent.keyDown(document.activeElement!, { key })
  return [document.activeElement!.id, more]
}

it('is a table with one stop, at what is pressed, and goes by arrows over rows and columns', async () => {
  const row = (i: number) =>
    `<tr><td><input type="checkbox" id="c${i}"></td><td><button id="b${i}" aria-pressed="${i === 2}">${i}</button></td></tr>`
  const table = attached(`<table><tbody>${[1, 2, 3].map(row).join('')}</tbody></table>`)
  expect(stops(table)).toEqual(['b2'])
  document.getElementById('b2')!.focus()
  expect(await press('ArrowDown')).toEqual(['b3', false])
  expect(await press('ArrowDown')).toEqual(['b3', false])
  expect(await press('ArrowLeft')).toEqual(['c3', false])
  expect(await press('Home')).toEqual(['c1', false])
  expect(await press('ArrowUp')).toEqual(['c1', false])
  expect(stops(table)).toEqual(['c1'])
  expect(await press('x')).toEqual(['c1', true])
})

it('leaves to others the arrows that lead nowhere in it', async () => {
  attached('<ul><li><button id="a">A</button></li><li><button id="b">B</button></li></ul>')
  document.getElementById('a')!.focus()
  expect(await press('ArrowRight')).toEqual(['a', true])
  expect(await press('ArrowDown')).toEqual(['b', false])
})

it('is a toolbar, whose stop is another when its own is taken out or off', async () => {
  const bar = attached('<span><button id="a">A</button><button id="b">B</button><button id="c">C</button></span>')
  document.getElementById('a')!.focus()
  expect(await press('ArrowRight')).toEqual(['b', false])
  expect(await press('ArrowDown')).toEqual(['b', true])
  document.getElementById('b')!.remove()
  await expect.poll(() => stops(bar)).toEqual(['a'])
  document.getElementById('a')!.setAttribute('disabled', '')
  await expect.poll(() => stops(bar).filter((id) => id !== 'a')).toEqual(['c'])
})
