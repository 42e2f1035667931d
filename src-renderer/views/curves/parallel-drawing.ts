// Where arms and axes are drawn. Pure.
import { NONE, type Axis, type Line } from './parallel'

export const HEIGHT = 420
const TOP = 56
const FOOT = 30

/** Pixels from the top, by a place on an axis. */
export const yOf = (place: number): number => TOP + ((1 - place) / (1 - NONE)) * (HEIGHT - FOOT - TOP)
/** The place on an axis, by pixels from the top. */
export const placeAt = (y: number): number =>
  Math.min(1, Math.max(NONE, 1 - ((y - TOP) / (HEIGHT - FOOT - TOP)) * (1 - NONE)))

export const pathOf = (line: Line, axes: readonly Axis[], xs: readonly number[]): string =>
  axes.map(({ place }, i) => `${i === 0 ? 'M' : 'L'}${xs[i]!.toFixed(1)} ${yOf(place(line)).toFixed(1)}`).join('')

/** Between two colours (#rrggbb), evenly in sRGB. */
export function blended(from: string, to: string, part: number): string {
  const channels = (hex: string) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))
  const [a, b] = [channels(from), channels(to)]
  return `#${a
    .map((v, i) =>
      Math.round(v + (b[i]! - v) * part)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}

/** Pixels of a letter, about. */
const LETTER = 6.2
/** Pixels between what stands at a tick and its axis, and as many before it. */
export const TICK = 14
/** Pixels that a text takes, about. */
export const roomOf = (text: string): number => Math.ceil(text.length * LETTER)

/** Letters that about so many pixels hold. */
const lettersIn = (pixels: number) => Math.max(4, Math.floor(pixels / LETTER))

/** A text in about so many pixels. */
export const fitted = (text: string, pixels: number): string => {
  const most = lettersIn(pixels)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

/** Texts in about so many pixels each: those that would be cut to the same are told by their ends. */
export function fittedApart(texts: readonly string[], pixels: number): string[] {
  const cut = texts.map((text) => fitted(text, pixels))
  const alike = (one: string) => cut.filter((other) => other === one).length > 1
  return texts.map((text, i) =>
    alike(cut[i]!) && cut[i] !== text ? `…${text.slice(1 - lettersIn(pixels)).trimStart()}` : cut[i]!,
  )
}
