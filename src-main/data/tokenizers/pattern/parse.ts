import { refuse } from '../../checkpoints/errors'
import { PROPERTY_NAMES, propertyRanges, rangesOf } from '../unicode/classes'
import { complement, rangeOf, union, type Ranges } from '../unicode/ranges'

/** What a pattern says; a `set` is one character. */
export type Pattern =
  | { type: 'set'; ranges: Ranges }
  | { type: 'sequence'; parts: Pattern[] }
  | { type: 'choice'; options: Pattern[] }
  | { type: 'repeat'; part: Pattern; min: number; max: number; lazy: boolean }
  | { type: 'ahead'; ranges: Ranges; negative: boolean }
  | { type: 'edge'; of: 'start' | 'end' }

const NEWLINE = 0x0a
const ESCAPES: Readonly<Record<string, Ranges>> = {
  n: rangeOf(0x0a),
  r: rangeOf(0x0d),
  t: rangeOf(0x09),
  f: rangeOf(0x0c),
  v: rangeOf(0x0b),
}
const SHORTHANDS: Readonly<Record<string, (inClass: boolean) => Ranges>> = {
  s: () => rangesOf('space'),
  d: () => rangesOf('Nd'),
  w: (inClass) => rangesOf(inClass ? 'wordInClass' : 'word'),
}
/** Pairs that have a single letter of their own when case does not count: ß is ss. */
const FOLDED_PAIRS = /ss|st|ff|fi|fl/i
const DEPTH_LIMIT = 50
const REPEAT_LIMIT = 256

/**
 * The part of Oniguruma's patterns that is known to mean the same here: characters, classes, groups, choices, repeats,
 * looking ahead at one character, ends of lines, and `(?i:…)` round plain letters.
 * @param where file and path, for messages
 * @throws CheckpointError naming the place and what stands there
 */
export function parsePattern(source: string, where: string): Pattern {
  return new Parser(source, where).whole()
}

class Parser {
  private at = 0
  private depth = 0

  constructor(
    private readonly source: string,
    private readonly where: string,
  ) {}

  whole(): Pattern {
    const pattern = this.choice(false)
    if (this.at < this.source.length) this.fail('a pattern whose brackets match')
    return pattern
  }

  private fail(expected: string): never {
    const rest = this.source.slice(this.at, this.at + 20)
    return refuse(this.where, expected, rest === '' ? 'its end' : `"${rest}" at character ${this.at}`)
  }

  private takes(text: string): boolean {
    const found = this.source.startsWith(text, this.at)
    if (found) this.at += text.length
    return found
  }

  private choice(folded: boolean): Pattern {
    if (++this.depth > DEPTH_LIMIT) this.fail(`at most ${DEPTH_LIMIT} brackets in one another`)
    const options = [this.sequence(folded)]
    while (this.takes('|')) options.push(this.sequence(folded))
    this.depth--
    return options.length === 1 ? options[0]! : { type: 'choice', options }
  }

  private sequence(folded: boolean): Pattern {
    const start = this.at
    const parts: Pattern[] = []
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at]!))
      parts.push(this.repeated(folded ? this.foldedLetter() : this.single()))
    if (folded && FOLDED_PAIRS.test(this.source.slice(start, this.at)))
      this.fail('no ss, st, ff, fi or fl where case does not count')
    return parts.length === 1 ? parts[0]! : { type: 'sequence', parts }
  }

  private single(): Pattern {
    if (this.takes('(')) return this.group()
    if (this.takes('[')) return { type: 'set', ranges: this.bracket() }
    if (this.takes('.')) return { type: 'set', ranges: complement(rangeOf(NEWLINE)) }
    if (this.takes('^')) return { type: 'edge', of: 'start' }
    if (this.takes('$')) return { type: 'edge', of: 'end' }
    if ('*+?{}]'.includes(this.source[this.at]!)) return this.fail('something to repeat, or a backslash before it')
    return { type: 'set', ranges: this.character(false) }
  }

  private foldedLetter(): Pattern {
    const letter = this.source[this.at]!
    if (!/[a-zA-Z']/.test(letter)) return this.fail('plain letters alone where case does not count')
    this.at++
    const forms = [letter.toLowerCase(), letter.toUpperCase()].map((form) => form.codePointAt(0)!)
    // The two letters of ASCII that others fold to: the long s and the sign of kelvin.
    if (/s/i.test(letter)) forms.push(0x17f)
    if (/k/i.test(letter)) forms.push(0x212a)
    return { type: 'set', ranges: union(forms.map((form) => rangeOf(form))) }
  }

  private group(): Pattern {
    const ahead = this.takes('?=') ? 'positive' : this.takes('?!') ? 'negative' : undefined
    const folded = !ahead && this.takes('?i:')
    if (!ahead && !folded && !this.takes('?:') && this.source[this.at] === '?')
      return this.fail('one of the groups (…), (?:…), (?i:…), (?=…), (?!…)')
    const inner = this.choice(folded)
    if (!this.takes(')')) return this.fail('a closing bracket')
    if (!ahead) return inner
    if (inner.type !== 'set') return this.fail('one character to look ahead at')
    return { type: 'ahead', ranges: inner.ranges, negative: ahead === 'negative' }
  }

  private repeated(part: Pattern): Pattern {
    const counts = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.source.slice(this.at, this.at + 32))
    if (!counts) return part
    const [sign, least, comma, most] = counts
    this.at += sign.length
    const min = sign === '+' ? 1 : Number(least ?? 0)
    const max = sign === '?' ? 1 : comma === '' ? min : most ? Number(most) : Infinity
    if (min > max || min > REPEAT_LIMIT || (max > REPEAT_LIMIT && max !== Infinity))
      return this.fail(`a count of at most ${REPEAT_LIMIT} before it, the lesser first`)
    const lazy = '*+?'.includes(sign) && this.takes('?')
    if (/^(?:[*+?]|\{\d)/.test(this.source.slice(this.at, this.at + 2)))
      return this.fail('one repeat after another part')
    if (isEmpty(part)) return this.fail('a repeat of something that is never empty')
    return { type: 'repeat', part, min, max, lazy }
  }

  /** The inside of […]. */
  private bracket(): Ranges {
    const negative = this.takes('^')
    const parts: Ranges[] = []
    while (!this.takes(']')) {
      if (this.at >= this.source.length || this.source[this.at] === '[' || this.source.startsWith('&&', this.at))
        return this.fail('a class of characters alone, with its closing bracket')
      const isHyphen = this.source[this.at] === '-'
      if (isHyphen && parts.length > 0 && this.source[this.at + 1] !== ']')
        return this.fail('a hyphen first, last or after a backslash')
      parts.push(this.spanned(this.character(true)))
    }
    if (parts.length === 0) return this.fail('some characters in a class')
    return negative ? complement(union(parts)) : union(parts)
  }

  /** What was read, or the range that it begins. */
  private spanned(first: Ranges): Ranges {
    if (this.source[this.at] !== '-' || this.source[this.at + 1] === ']') return first
    this.at++
    const last = this.character(true)
    const [from, to] = [first[0]!, last[0]!]
    if (first.length !== 2 || last.length !== 2 || first[1] !== from + 1 || last[1] !== to + 1 || from > to)
      return this.fail('a range from one character to a later one')
    return rangeOf(from, to)
  }

  /** One character, escaped or not, or a class by its letter. */
  private character(inClass: boolean): Ranges {
    const point = this.source.codePointAt(this.at)
    if (point === undefined) return this.fail('a character')
    const letter = String.fromCodePoint(point)
    this.at += letter.length
    if (letter !== '\\') return rangeOf(point)
    const escaped = this.source[this.at] ?? ''
    if (escaped === 'p' || escaped === 'P') return this.property()
    const lower = escaped.toLowerCase()
    if (Object.hasOwn(SHORTHANDS, lower)) {
      this.at++
      const ranges = SHORTHANDS[lower]!(inClass)
      return escaped === lower ? ranges : complement(ranges)
    }
    if (Object.hasOwn(ESCAPES, escaped)) {
      this.at++
      return ESCAPES[escaped]!
    }
    return this.number() ?? this.sign(escaped)
  }

  private sign(escaped: string): Ranges {
    if (!/^[!-/:-@[-`{-~ ]$/.test(escaped)) return this.fail('an escape that is known here')
    this.at++
    return rangeOf(escaped.codePointAt(0)!)
  }

  private number(): Ranges | undefined {
    const found = /^(?:u([\da-fA-F]{4})|x\{([\da-fA-F]{1,6})\}|x([0-7][\da-fA-F]))/.exec(
      this.source.slice(this.at, this.at + 10),
    )
    if (!found) return undefined
    const point = parseInt(found[1] ?? found[2] ?? found[3]!, 16)
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return this.fail('a character of Unicode')
    this.at += found[0].length
    return rangeOf(point)
  }

  private property(): Ranges {
    const found = /^[pP]\{(\^?)(\w+)\}/.exec(this.source.slice(this.at, this.at + 40))
    const ranges = found ? propertyRanges(found[2]!) : undefined
    if (!found || !ranges) return this.fail(`one of the classes ${PROPERTY_NAMES.join(', ')} in \\p{…}`)
    this.at += found[0].length
    return found[0].startsWith('P') === (found[1] === '^') ? ranges : complement(ranges)
  }
}

/** Whether a pattern can take nothing. */
function isEmpty(pattern: Pattern): boolean {
  switch (pattern.type) {
    case 'set':
      return false
    case 'sequence':
      return pattern.parts.every(isEmpty)
    case 'choice':
      return pattern.options.some(isEmpty)
    case 'repeat':
      return pattern.min === 0 || isEmpty(pattern.part)
    default:
      return true
  }
}
