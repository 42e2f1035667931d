import { fireEvent } from '@testing-library/svelte'
import { expect, it, onTestFinished } from 'vitest'
import { keepFocus, stepPane, toContent } from '../../src-renderer/lib/focus'

/** A page whose focus is kept. */
function page(content: string): void {
  document.body.innerHTML = content
  const stop = keepFocus()
  onTestFinished(() => {
    stop()
    document.body.innerHTML = ''
  })
}
const at = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!
const focused = () => document.activeElement?.id
/** What changes is told after it. */
const told = () => new Promise((settle) => setTimeout(settle))

const ROWS = [1, 2, 3].map(
  (i) => `<tr><td><a href="#" id="a${i}">${i}</a><button id="b${i}">Drop ${i}</button></td></tr>`,
)
const TABLE = `<main tabindex="-1" id="main"><h1>A</h1><table><tbody>${ROWS.join('')}</tbody></table><button id="end">End</button></main>`

it('goes to the same button of the row that takes the place of one, or of the one before the last', async () => {
  page(TABLE)
  at('#b2').focus()
  at('#b2').closest('tr')!.remove()
  await told()
  expect(focused()).toBe('b3')
  at('#b3').closest('tr')!.remove()
  await told()
  expect(focused()).toBe('b1')
  at('#b1').closest('tr')!.remove()
  await told()
  expect(focused()).toBe('end')
})

it('stays with a row that is moved', async () => {
  page(TABLE)
  at('#a3').focus()
  at('tbody').prepend(at('#a3').closest('tr')!)
  await told()
  expect(focused()).toBe('a3')
})

it('stays with what is drawn and moved', async () => {
  page(
    '<main tabindex="-1"><button>A</button><svg><g><rect id="one" tabindex="0"/></g><g><rect id="two" tabindex="0"/></g></svg></main>',
  )
  document.querySelector<SVGElement>('#two')!.focus()
  document.querySelector('svg')!.prepend(document.querySelector('#two')!.parentElement!)
  await told()
  expect(focused()).toBe('two')
})

it('goes on from a button that can be pressed no more, and to the one that was made anew', async () => {
  page(`<main tabindex="-1"><p><button id="one">One</button><button id="two">Two</button></p></main>`)
  at('#one').focus()
  at<HTMLButtonElement>('#one').disabled = true
  await told()
  expect(focused()).toBe('two')
  at('p').innerHTML = '<button id="other">Other</button><button id="again">Two</button>'
  await told()
  expect(focused()).toBe('again')
})

it('goes back to where a dialog was opened, though it is in the page and that row is gone', async () => {
  page(TABLE)
  at('#b1').focus()
  const dialog = document.createElement('dialog')
  dialog.innerHTML = '<button id="yes">Yes</button>'
  at('h1').after(dialog)
  dialog.setAttribute('open', '')
  at('#yes').focus()
  at('#b1').closest('tr')!.remove()
  await told()
  expect(focused()).toBe('yes')
  dialog.remove()
  await told()
  expect(focused()).toBe('b2')
})

it('leaves it away where somebody put it away', async () => {
  page(TABLE)
  at('#b1').focus()
  await fireEvent.pointerDown(at('h1'))
  at('#b1').blur()
  at('#b1').closest('tr')!.remove()
  await told()
  expect(document.activeElement).toBe(document.body)
})

it('goes to the main pane with the page, and from what stands around it', async () => {
  page(`<a href="#" id="rail">A</a><div id="place"><div class="panes">${TABLE}</div></div>`)
  at('#b1').focus()
  toContent()
  expect(focused()).toBe('b1')
  at('#place').innerHTML = '<div class="panes"><main tabindex="-1" id="next"><button>B</button></main></div>'
  await told()
  expect(focused()).toBe('next')
  at('#rail').focus()
  toContent()
  expect(focused()).toBe('next')
})

it('goes from pane to pane of the window, and leaves out one that has nothing', () => {
  page(
    `<div class="screen"><nav><a href="#" id="rail">A</a></nav><div class="place"><header><b>A</b></header>
    <div class="panes">${TABLE}<aside><i role="separator" tabindex="0"></i><button id="detail">D</button></aside></div></div>
    <footer><a href="#" id="status">why?</a></footer></div>`,
  )
  const walked = ([1, 1, 1, 1, 1, -1, -1] as const).map((by) => {
    stepPane(by)
    return focused()
  })
  expect(walked).toEqual(['rail', 'main', 'detail', 'status', 'rail', 'status', 'detail'])
})
