import { statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { alertsTable, type Alerts } from './alerts'
import { artifactsTable, type Artifacts } from './artifacts'
import { cardsTable, type StageCards } from './cards'
import { clockTable, type Clock } from './clock'
import { guard, guarded } from './errors'
import { figuresTable, type Figures } from './figures'
import { holdsTable, type Holds } from './holds'
import { logTable, type Log } from './log'
import { looksTable, type Looks } from './looks'
import { marksTable, type Marks } from './marks'
import { metricsTable, type Metrics } from './metrics'
import type { Migration } from './migrations/migration'
import { needsTable, type Needs } from './needs'
import { openDatabase, openForReading } from './open'
import { remarksTable, type Remarks } from './remarks'
import { rulesTable, type Rules } from './rules'
import { runStagesTable, type RunStages } from './run-stages'
import { runsTable, type Runs } from './runs'
import { sealsTable, type Seals } from './seals'
import { slicesTable, type Slices } from './slices'
import { stagesTable, type Stages } from './stages'
import { studiesTable, type Studies } from './studies'
import { useTable, type Use } from './use'

export { asStorageError, inPlainWords, StorageError, type StorageReason } from './errors'
export { isLocked, lockFile } from './lock'
export type { ClockRow } from './clock'
export type { ArtifactRow } from './artifacts'
export type { FigureRow, FoundRow } from './figures'
export type { LogRow } from './log'
export type { LookRow } from './looks'
export type { MarkRow } from './marks'
export type { MetricRow, Points } from './metrics'
export type { RemarkRow } from './remarks'
export type { RuleRow } from './rules'
export type { RunStageRow } from './run-stages'
export type { RunCounts, RunEnd, RunRow } from './runs'
export type { SealRow } from './seals'
export type { NewStage, Progress, StageRow, StoredState, Timed } from './stages'
export type { StudyRow } from './studies'
export type { PastUse, UseRow, UseTotal } from './use'
export { drainLog } from './open'

/** Everything that is remembered. Every function is synchronous and throws StorageError; there is one writer. */
export interface Store {
  readonly path: string
  runs: Runs
  stages: Stages
  needs: Needs
  runStages: RunStages
  metrics: Metrics
  clock: Clock
  artifacts: Artifacts
  log: Log
  figures: Figures
  marks: Marks
  studies: Studies
  rules: Rules
  remarks: Remarks
  slices: Slices
  alerts: Alerts
  holds: Holds
  looks: Looks
  seals: Seals
  use: Use
  cards: StageCards
  /** All or nothing; a nested call is part of the outer one. */
  transaction<T>(work: () => T): T
  /** Gives up to `pages` pages that deletions left empty back to the disk; false when there are none left. */
  reclaim(pages: number): boolean
  /**
   * From now on somebody else calls `drainLog` when `pending` grows: moving the write-ahead log into the database waits
   * for the disk, and a busy disk takes seconds.
   */
  leaveLog(): void
  /** Bytes in the write-ahead log. */
  pending(): number
  /** What the database itself finds wrong with its file; empty when nothing is. */
  problems(): string[]
  /** Another number whenever another connection has written since the last time. */
  version(): number
  /** Size of the database on disk, its write-ahead log included. */
  bytes(): number
  close(): void
}

/**
 * Opens the store at `path`, creating and migrating it as needed.
 * @throws StorageError when the disk is full or read-only, the file is damaged, locked, foreign or from a newer version
 */
export function openStore(path: string, migrations?: readonly Migration[]): Store {
  const db = openDatabase(path, migrations)
  return guard(path, () => storeOver(db, path))
}

/** The store for reading alone, beside its writer; an empty one when there is none yet. @throws StorageError */
export function openStoreForReading(path: string): Store {
  const db = openForReading(path)
  return guard(path, () => storeOver(db, path))
}

/** When the write-ahead log is moved all the same, in pages of 4 KB: nobody else did it. */
const FAR_PAGES = 16_384

function storeOver(db: Database, path: string): Store {
  return {
    path,
    runs: guarded(path, runsTable(db)),
    stages: guarded(path, stagesTable(db)),
    needs: guarded(path, needsTable(db)),
    runStages: guarded(path, runStagesTable(db)),
    metrics: guarded(path, metricsTable(db)),
    clock: guarded(path, clockTable(db)),
    artifacts: guarded(path, artifactsTable(db)),
    log: guarded(path, logTable(db)),
    figures: guarded(path, figuresTable(db)),
    marks: guarded(path, marksTable(db)),
    studies: guarded(path, studiesTable(db)),
    rules: guarded(path, rulesTable(db)),
    remarks: guarded(path, remarksTable(db)),
    slices: guarded(path, slicesTable(db)),
    alerts: guarded(path, alertsTable(db)),
    holds: guarded(path, holdsTable(db)),
    looks: guarded(path, looksTable(db)),
    seals: guarded(path, sealsTable(db)),
    use: guarded(path, useTable(db)),
    cards: guarded(path, cardsTable(db)),
    transaction: (work) => guard(path, () => db.transaction(work)()),
    reclaim: (pages) => guard(path, () => reclaim(db, pages)),
    leaveLog: () => void db.pragma(`wal_autocheckpoint = ${FAR_PAGES}`),
    problems: () => guard(path, () => integrity(db)),
    pending: () => guard(path, () => sizeOf(`${path}-wal`)),
    version: () => guard(path, () => db.pragma('data_version', { simple: true }) as number),
    bytes: () => guard(path, () => sizeOf(path) + sizeOf(`${path}-wal`)),
    close: () => void db.close(),
  }
}

/** At most 100 lines; SQLite's own words. */
function integrity(db: Database): string[] {
  const lines = db.prepare<[], string>('PRAGMA integrity_check').pluck().all()
  const links = db.prepare<[], { table: string; parent: string }>('PRAGMA foreign_key_check').all()
  return [
    ...lines.filter((line) => line !== 'ok'),
    ...links.map(({ table, parent }) => `a row of ${table} names one of ${parent} that is not there`),
  ]
}

function reclaim(db: Database, pages: number): boolean {
  db.pragma(`incremental_vacuum(${pages})`)
  if (Number(db.pragma('freelist_count', { simple: true })) > 0) return true
  db.pragma('wal_checkpoint(TRUNCATE)')
  return false
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
