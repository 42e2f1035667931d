import type { Page } from '@playwright/test'
import { expect } from './app'

/** What has the focus, in words; what is wrong with that comes first. */
function atFocus(): string {
  const at = document.activeElement
  if (!(at instanceof HTMLElement) || at === document.body) return 'LOST: the body has the focus'
  const { left, right, top, bottom } = at.getBoundingClientRect()
  const inSight = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && at.checkVisibility()
  /** A ring, a line or a tint of its own or of its label; a field of text has its caret. */
  const isMarked = [at, at.closest('label')].some((one) => {
    const style = one && getComputedStyle(one)
    return style && (style.outlineStyle !== 'none' || style.boxShadow !== 'none' || one.role === 'separator')
  })
  const takesText = at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && at.type === 'text')
  const wrong = [inSight ? '' : 'OUT OF SIGHT', isMarked || takesText ? '' : 'NOT MARKED'].filter(Boolean)
  const name = at.getAttribute('aria-label') ?? at.textContent.trim().replace(/\s+/g, ' ').slice(0, 60)
  return [...wrong, `${at.tagName.toLowerCase()}: ${name}`].join(', ')
}

/** Presses keys; after each one something has the focus that is in sight and marked. */
export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key)
    await expect
      .poll(() => page.evaluate(atFocus), { message: `after ${key}` })
      .not.toMatch(/LOST|OUT OF SIGHT|NOT MARKED/)
  }
}

/** Goes on by Tab until what has this name has the focus. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const walked: string[] = []
  for (let tabs = 0; tabs < 60; tabs++) {
    await press(page, 'Tab')
    const at = await page.evaluate(atFocus)
    if (name.test(at)) return
    walked.push(at)
  }
  throw new Error(`expected ${name} within 60 tabs, got ${walked.join('; ')}`)
}

/** Does what the palette finds first. */
export async function byPalette(page: Page, words: string): Promise<void> {
  await press(page, 'Control+k')
  await page.keyboard.type(words)
  await expect(page.getByRole('listbox', { name: 'Found' }).getByRole('option', { selected: true })).toContainText(
    new RegExp(words, 'i'),
  )
  await press(page, 'Enter')
}
