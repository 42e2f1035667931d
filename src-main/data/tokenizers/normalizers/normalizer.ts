/** What is done to a text before it is cut; an empty text is never given. */
export interface Normalizer {
  apply(text: string): string
  /**
   * How many times longer a text can become. Beside what a file itself brings (Replace, bytes as letters) a normal form
   * grows a character once, to 18 at most, and spaces round ideographs by two a step: 1 stands for these.
   */
  growth: number
}
