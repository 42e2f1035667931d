import { clearlyAbove } from '../../science/maths/statistics'
import { isPuzzles } from '../chess/puzzles'
import { templatesFor } from '../templates'
import { classDoubt, LEAST_ROWS, noClasses } from './classes'
import { titleOf } from './source'
import type { Survey } from './survey'
import { trySplit } from './trial'
import type { Notice } from './types'
import { isNumber, shown } from './values'

const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`
const note = (text: string, offers: Notice['offers'] = []): Notice => ({ kind: 'note', text, offers })

/** What the owner of a file should know of it: why it cannot be read first, then what has to be said, then the rest. */
export function noticesOf(survey: Survey): Notice[] {
  return ALL.map((noticeOf) => noticeOf(survey)).filter((notice) => notice !== null)
}

const WAYS = {
  first: 'The first always is',
  text: 'By its text',
  letter: 'By its letter, A first',
  'from 0': 'By its number, counted from 0',
  'from 1': 'By its number, counted from 1',
  column: 'By the name of its column',
}

const ALL: ((survey: Survey) => Notice | null)[] = [
  function encoding({ facts: { broken, lines, windows } }) {
    if (broken === 0) return null
    const what = `${broken.toLocaleString('en')} of ${count(lines, 'line')} ${broken === 1 ? 'is' : 'are'} not UTF-8`
    if (!windows) return { kind: 'cause', text: `${what}; save the file as UTF-8.`, offers: [] }
    const offers = [{ label: 'Read it as Windows-1252', reading: { encoding: 'windows-1252' as const } }]
    return { kind: 'cause', text: `${what}; it looks like Windows-1252.`, offers }
  },
  function unread({ facts: { broken }, records, bad: [first] }) {
    if (records.length > 0 || !first || broken > 0) return null
    const text = `No line can be read: line ${first.line}: expected ${first.expected}, got ${first.got}.`
    return { kind: 'cause', text, offers: [] }
  },
  function games({ columns, facts: { puzzles } }) {
    if (puzzles === null && isPuzzles(columns)) {
      const text =
        'These are puzzles of Lichess. A prompt is the game as it came to the puzzle, which the file has not: name a PGN file of the games, too.'
      return { kind: 'cause', text, offers: [{ label: 'Choose the games…', reading: { games: '' } }] }
    }
    if (puzzles === null || puzzles.missing === 0) return null
    const of = `${puzzles.missing.toLocaleString('en')} of ${count(puzzles.puzzles, 'puzzle')}`
    return note(
      `${of} ${puzzles.missing === 1 ? 'has' : 'have'} no game in the PGN file and ${puzzles.missing === 1 ? 'is' : 'are'} left out.`,
    )
  },
  function header({ doubt }) {
    if (doubt === null) return null
    const offers = [
      { label: 'It is a row, there is no header', reading: { header: false } },
      { label: 'It names the columns', reading: { header: true } },
    ]
    return { kind: 'ask', text: `The first line looks like a row: ${doubt}.`, offers }
  },
  function utf16({ facts: { encoding } }) {
    return encoding.startsWith('utf-16') ? note(`Read as ${titleOf(encoding)}, as its mark says.`) : null
  },
  function templates({ columns }) {
    const found = templatesFor(columns)
    if (found.length === 0) return null
    const offers = found.map(({ id, title }) => ({
      label: `Make rows as ${title} has them`,
      reading: { template: id },
    }))
    const known = found.map(({ title }) => title).join(' and ')
    return note(`The columns are those of ${known}, whose rows a template makes.`, offers)
  },
  function quotes({ facts: { format, quotes, continued }, chosen, records }) {
    if (format === 'jsonl' || format === 'parquet') return null
    const offers = [
      { label: quotes ? 'Take quotes as characters' : 'Read quotes as in CSV', reading: { quotes: !quotes } },
    ]
    if (continued > 0)
      return note(`${count(continued, 'line goes', 'lines go')} on from the line before, inside quotes.`, offers)
    const texts = records.map((record) => record.get(chosen.text ?? ''))
    const quoted = texts.filter((text) => typeof text === 'string' && /^".*"$/s.test(text.trim())).length
    return !quotes && quoted > texts.length / 2 ? note('Most texts stand in quotes, which are kept.', offers) : null
  },
  function form({ doubtful, chosen }) {
    if (!doubtful) return null
    const offers = [
      { label: 'A text and its class', reading: { form: 'classes' as const } },
      { label: 'Options, one of them right', reading: { form: 'options' as const } },
    ]
    const columns = chosen.options.map(shown).join(' and ')
    return { kind: 'ask', text: `${columns} may hold options of which one is right, or say more of a text.`, offers }
  },
  function right({ form, chosen: { right, label, options }, ways, stray, records }) {
    if (form.kind !== 'options' || options.length === 0 || right !== null || records.length === 0) return null
    if (stray !== null) {
      const wanted = 'the text, letter, number or column of an option in every row'
      return {
        kind: 'cause',
        text: `${shown(label)} does not say which option is right: expected ${wanted}, and the first row has ${shown(stray)}.`,
        offers: [],
      }
    }
    const offers = (label === null ? (['first'] as const) : ways).map((way) => ({
      label: WAYS[way],
      reading: { right: way },
    }))
    const why =
      label === null
        ? 'No column says which option is right.'
        : `${shown(label)} may say in several ways which option is right.`
    return { kind: 'ask', text: why, offers }
  },
  function placed({ form, chosen: { right } }) {
    if (form.kind !== 'options' || right !== 'first') return null
    return note(
      'The first option of every row is the right one. Where it stands is dealt anew when a run splits the rows.',
    )
  },
  function validation({ splits }) {
    const pooled = [...splits].filter(([word]) => word !== 'train' && word !== 'training' && !word.startsWith('test'))
    if (pooled.length === 0) return null
    const rows = pooled.map(([word, n]) => `${count(n, 'row')} of ${shown(word)}`).join(' and ')
    return note(`${rows} may be trained on: the lab makes its own validation split.`)
  },
  function classless({ labels, classes }) {
    return labels.length > 0 && classes.length === 0 ? { kind: 'cause', text: noClasses(labels), offers: [] } : null
  },
  function doubtful({ classes, guessed }) {
    const doubt = guessed ? classDoubt(classes) : null
    if (!doubt) return null
    const offers = [{ label: `Take all ${classes.length} labels as classes`, reading: { classes } }]
    if (doubt.without) offers.push({ label: 'Its rows have no label', reading: { classes: doubt.without } })
    return { kind: 'ask', text: doubt.why, offers }
  },
  function others({ labels, classes, guessed }) {
    const rest = classes.length > 0 ? labels.filter(([label]) => !classes.includes(label)) : []
    if (rest.length === 0) return null
    const rows = rest.reduce((sum, [, n]) => sum + n, 0)
    const named = rest.slice(0, 5).map(([label]) => shown(label))
    const why = guessed ? `: a class has ${LEAST_ROWS} rows or more` : ''
    return note(
      `${count(rows, 'row has', 'rows have')} a label that is none of the ${classes.length} classes${why}. ${count(rest.length, 'such label', 'such labels')}: ${named.join(', ')}${rest.length > named.length ? ', …' : ''}.`,
    )
  },
  function ordered({ classes }) {
    if (classes.length < 3 || !classes.every(isNumber)) return null
    return note('The labels are numbers, but classes have no order: to be one off counts as wrong as to be two off.')
  },
  function balance({ rows, counts, form }) {
    if (!counts && (form.kind !== 'text' || rows.length === 0)) return null
    const trial = trySplit(rows, form)
    if (trial.fits === 'never') return { kind: 'cause', text: `No run can split it: ${trial.why}.`, offers: [] }
    if (trial.fits === 'evenly')
      return note(
        `With the sizes of a new experiment it cannot be split (${trial.why}). Give all four splits the same size.`,
      )
    if (!counts || form.kind !== 'classes') return null
    const usable = [counts.train, counts.test ?? []].reduce(
      (sum, of) => sum + (of.length ? of.length * Math.min(...of) : 0),
      0,
    )
    const all = rows.length
    if (usable >= 0.9 * all) return null
    return note(
      `Every split has as many of every class: of ${count(all, 'row')}, ${usable.toLocaleString('en')} can be used at most.`,
    )
  },
  function duplicates({ duplicates, contradictions }) {
    if (duplicates === 0) return null
    const against = contradictions > 0 ? `, ${contradictions.toLocaleString('en')} of them with another label` : ''
    return note(
      `${count(duplicates, 'row repeats', 'rows repeat')} an earlier text but for case, blanks and Unicode form${against}. They stay in one split.`,
    )
  },
  function twins({ twins: { rows, complete } }) {
    const search = complete ? '' : ' Not all pairs were compared: too many texts share a template.'
    if (rows === 0) return complete ? null : note(search.trim())
    return note(`${count(rows, 'text has', 'texts have')} a near twin elsewhere; twins stay in one split.${search}`)
  },
  function length({ lengthAlone, classes, form }) {
    if (lengthAlone === null || lengthAlone < clearlyAbove(classes.length)) return null
    const chance = Math.round(100 / classes.length)
    if (form.kind === 'options')
      return note(
        `Length alone tells which option is right in ${Math.round(100 * lengthAlone)} % (${chance} % is chance): the longest is, or the shortest.`,
      )
    return note(
      `The length of a text alone tells the classes apart in ${Math.round(100 * lengthAlone)} % (${chance} % is chance).`,
    )
  },
]
