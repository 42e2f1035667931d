// The nouns of corpora, as everybody from the reader to the command line says them.

/** Texts that language models are pretrained on, as a manifest tells of them. */
export interface Corpus {
  /** Names the file `<id>.jsonl.gz`. */
  id: string
  title: string
  /** What its documents are: prose, or games of chess in SAN. */
  kind: 'text' | 'games'
  licence: string
  source: string
  documents: number
  /** Of the packed file. */
  bytes: number
  /** Of the packed file. */
  sha256: string
}
/** One that came with the app, or one of a home. */
export type ListedCorpus = Corpus & { origin: 'bundled' | 'imported' }

/** Games of chess that become a corpus. */
export interface CorpusRequest {
  /** A PGN file, packed by gzip or not. */
  path: string
  id: string
  title: string
  licence: string
  /** What both players have to be rated at least; null: whoever played. */
  elo: number | null
}
/** What was made, and how many games were passed over: by rating, without a move, or from another position on. */
export interface CorpusMade {
  corpus: Corpus
  passed: number
}
