import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { describeCatalog } from '../../src-main/science/catalog'
import type { Form } from '../../src-main/science/tasks'
import { guidePage, guidePages, NOUNS, type Noun } from '../../src-renderer/lib/guide'
import { markdown } from '../../src-renderer/lib/markdown'
import Markdown from '../../src-renderer/ui/Markdown.svelte'
import { open } from './window'

const catalog = describeCatalog()
const FORMS: Record<Form['kind'], true> = { classes: true, options: true, text: true }
/** What each noun has. */
const VARIANTS: Record<Noun, string[]> = {
  forms: Object.keys(FORMS),
  methods: catalog.methods.map(({ id }) => id),
  labels: catalog.labels.map(({ id }) => id),
  models: catalog.models.map(({ id }) => id),
  metrics: catalog.metrics.map(({ id }) => id),
  measures: ['agreement', 'compare', 'curves', 'easy-to-hard', 'elsewhere', 'pgr', 'references', 'seeds', 'sizes'],
}
afterEach(cleanup)

describe('the guide', () => {
  it.each(Object.keys(NOUNS) as Noun[])('has a page on every one of the %s, and on nothing else', (noun) => {
    expect(
      guidePages(noun)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...VARIANTS[noun]].sort())
  })
  it('says of a method how it is computed, where it is from, when it helps and when it harms', () => {
    for (const { id } of catalog.methods) {
      const headings = guidePage(`methods/${id}`)!.body.flatMap((token) =>
        token.type === 'heading' ? String(token['text']) : [],
      )
      expect(headings, id).toEqual(expect.arrayContaining(['Formula', 'Source', 'When it helps', 'When it harms']))
    }
  })
  it('opens from the name of a method in the builder, and lists its pages beside', async () => {
    open('#/builder', {})
    await fireEvent.click(await screen.findByRole('link', { name: 'Guide: Naive finetuning' }))
    expect(await screen.findByRole('heading', { level: 1, name: 'Naive finetuning' })).toBeTruthy()
    const side = within(screen.getByRole('region', { name: 'Pages of the guide' }))
    expect(side.getByRole('link', { current: 'page' }).textContent).toBe('Naive finetuning')
    expect(side.getAllByRole('link')).toHaveLength(Object.values(VARIANTS).flat().length)
  })
  it('has a page on the rule of labels that is chosen, whose help stands beside the choice', async () => {
    open('#/builder', {})
    const choice = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Weak labels' })
    expect([...choice.options].map(({ value }) => value)).toEqual(VARIANTS.labels)
    await fireEvent.change(choice, { target: { value: 'hard' } })
    expect(await screen.findByText(/The supervisor’s decision alone/)).toBeTruthy()
    await fireEvent.click(screen.getByRole('link', { name: 'Guide: Hard labels' }))
    expect(await screen.findByRole('heading', { level: 1, name: 'Hard labels' })).toBeTruthy()
  })
  it('says which page it lacks', async () => {
    open('#/guide/methods%2Fmagic', {})
    expect(await screen.findByText('The guide has none named “methods/magic”.')).toBeTruthy()
  })
})

describe('Markdown', () => {
  const shown = (text: string) => render(Markdown, { tokens: markdown(text) }).container
  it('is text: nothing of it becomes an element of the page but what the pages are written with', () => {
    const page = shown(
      '# Title\nOne line\ngoes on.\n\n<!-- hidden -->\n<script>alert(1)</script>\n\n[a link](https://x.example) ![picture](x.png)',
    )
    expect(page.querySelector('script, img, a')).toBeNull()
    expect(page.querySelector('h3')?.textContent).toBe('Title')
    expect(page.querySelector('p')?.textContent).toBe('One line goes on.')
    expect(page.textContent).toContain('<script>alert(1)</script>')
    expect(page.textContent).toContain('a link picture')
    expect(page.textContent).not.toContain('hidden')
  })
  it('keeps lists, tables, code, and the facts before a model card', () => {
    const page = shown(
      '---\nlicence: mit\n---\n- not\n  among\n- terms\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```\none\ntwo\n```\n',
    )
    expect([...page.querySelectorAll('li')].map((li) => li.textContent.trim())).toEqual(['not among', 'terms'])
    expect([...page.querySelectorAll('th, td')].map((cell) => cell.textContent)).toEqual(['a', 'b', '1', '2'])
    expect([...page.querySelectorAll('pre')].map((pre) => pre.textContent)).toEqual(['licence: mit', 'one\ntwo'])
  })
})
