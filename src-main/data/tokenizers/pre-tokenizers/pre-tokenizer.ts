/**
 * Cuts a text into the pieces that the model then takes one by one; none of them is empty.
 * @param isFirst whether it is the beginning of the whole text
 */
export type PreTokenizer = (text: string, isFirst: boolean) => string[]
