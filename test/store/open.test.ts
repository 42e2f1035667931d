import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isLocked, lockFile, openStore, openStoreForReading, StorageError, type Store } from '../../src-main/store'
import { MIGRATIONS } from '../../src-main/store/migrations'
import type { Migration } from '../../src-main/store/migrations/migration'
import { mounted, remount, temporaryFolder } from './temporary'

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

function opened(path: string, migrations?: readonly Migration[]): Store {
  const store = openStore(path, migrations)
  onTestFinished(() => store.close())
  return store
}
function addRun(store: Store, id = 'r1'): void {
  const texts = { name: 'A run', question: '', spec: '{}', arms: '[]', headline: '' }
  store.runs.insert({ id, ...texts, createdAt: 1, queuedAt: 1, endedAt: null, ended: null })
}
function refusal(open: () => unknown): StorageError {
  try {
    const found = open()
    if (typeof found === 'object' && found && 'close' in found) (found as Store).close()
  } catch (error) {
    if (error instanceof StorageError) return error
    throw error
  }
  throw new Error('expected a StorageError')
}

describe('opening', () => {
  test('a blank store gets every migration, WAL and foreign keys, and survives being reopened', () => {
    const path = join(temporaryFolder(), 'deep', 'lab.sqlite')
    const store = openStore(path)
    addRun(store)
    store.close()
    expect(opened(path).runs.get('r1')).toMatchObject({ name: 'A run', stagesTotal: 0 })
    const db = new Database(path, { readonly: true })
    onTestFinished(() => void db.close())
    expect(db.prepare('SELECT name FROM migrations').pluck().all()).toEqual(MIGRATIONS.map((m) => m.name))
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  })

  test('migrations are numbered in order and named once', () => {
    const numbers = MIGRATIONS.map((m) => Number(m.name.slice(0, 3)))
    expect(numbers).toEqual(MIGRATIONS.map((_, i) => i + 1))
  })

  test('a pending migration runs on a copy-protected store: the copy is the store as it was', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const before = openStore(path)
    addRun(before)
    before.close()
    const next: Migration = { name: '003-colour', up: (db) => db.exec(`ALTER TABLE runs ADD COLUMN colour TEXT`) }
    opened(path, [...MIGRATIONS, next])
    const copy = new Database(`${path}.before-003-colour`, { readonly: true })
    onTestFinished(() => void copy.close())
    expect(copy.prepare('SELECT name FROM runs').pluck().all()).toEqual(['A run'])
    expect(copy.prepare('SELECT name FROM migrations').pluck().all()).toEqual(MIGRATIONS.map((m) => m.name))
    expect(copy.prepare(`SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'colour'`).pluck().get()).toBe(0)
  })

  test('a store of the first version keeps what it has', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const old = new Database(path)
    MIGRATIONS[0]!.up(old)
    old.exec(`
      CREATE TABLE migrations (name TEXT PRIMARY KEY, appliedAt INTEGER NOT NULL) WITHOUT ROWID;
      INSERT INTO migrations VALUES ('001-first', 1);
      INSERT INTO stages (key, kind, title, config, state, startedAt, endedAt)
        VALUES ('k', 'train', 'weak', '{}', 'done', 1000, 5000)`)
    old.close()
    const store = opened(path)
    expect(store.stages.byKey('k')).toMatchObject({
      state: 'done',
      share: 0,
      phase: '',
      pausedMs: 0,
      threads: null,
      isa: null,
    })
    expect(store.stages.finished()).toMatchObject([{ seconds: 4 }])
  })

  test('readings of before their card was kept stay readable; the card is not known', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const old = new Database(path)
    old.exec('CREATE TABLE migrations (name TEXT PRIMARY KEY, appliedAt INTEGER NOT NULL) WITHOUT ROWID')
    for (const migration of MIGRATIONS.filter(({ name }) => name < '017')) {
      migration.up(old)
      old.prepare('INSERT INTO migrations VALUES (?, 1)').run(migration.name)
    }
    old.exec(`
      INSERT INTO stages (key, kind, title, config, state, attempt, doneAttempt) VALUES ('k', 'train', '', '{}', 'done', 1, 1);
      INSERT INTO use VALUES (1, 1, 'gpuMemory', 2, 2, 7, 7, 7)`)
    old.close()
    const store = opened(path)
    expect(store.use.of(1, 1)).toMatchObject([{ name: 'gpuMemory', mean: 7 }])
    expect(store.cards.of(1, 1)).toBeUndefined()
  })

  test('a migration that fails leaves the store as it was', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const before = openStore(path)
    addRun(before)
    before.close()
    const bad: Migration = {
      name: '003-bad',
      up: (db) => db.exec(`ALTER TABLE runs ADD COLUMN colour TEXT; INSERT INTO nowhere VALUES (1)`),
    }
    expect(refusal(() => openStore(path, [...MIGRATIONS, bad])).message).toContain('nowhere')
    const store = opened(path)
    expect(store.runs.get('r1')).toBeDefined()
    expect(store.runs.get('r1')).not.toHaveProperty('colour')
  })

  test('a store from a newer version is refused in words and not touched', () => {
    const folder = temporaryFolder()
    const path = join(folder, 'lab.sqlite')
    openStore(path, [...MIGRATIONS, { name: '999-future', up: (db) => db.exec('CREATE TABLE future (x)') }]).close()
    const before = { digest: digest(path), files: readdirSync(folder).sort() }
    const error = refusal(() => openStore(path))
    expect(error.reason).toBe('newer')
    expect(error.message).toContain('newer version')
    expect(error.message).toContain('999-future')
    expect(digest(path)).toBe(before.digest)
    expect(refusal(() => openStoreForReading(path)).reason).toBe('newer')
  })

  test('a database of another program is refused and not touched', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const other = new Database(path)
    other.exec('CREATE TABLE recipes (name TEXT)')
    other.close()
    const before = digest(path)
    expect(refusal(() => openStore(path)).reason).toBe('foreign')
    expect(digest(path)).toBe(before)
  })

  test('a file that is no database is refused and not touched', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    writeFileSync(path, 'these are my notes, not a database at all'.repeat(50))
    const before = digest(path)
    const error = refusal(() => openStore(path))
    expect(error.reason).toBe('corrupt')
    expect(error.message).toContain(path)
    expect(digest(path)).toBe(before)
  })

  test('a damaged page surfaces as a StorageError, not as nonsense', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const store = openStore(path)
    store.transaction(() => {
      for (let i = 0; i < 500; i++) addRun(store, `run ${i}`)
    })
    store.close()
    const bytes = readFileSync(path)
    bytes.fill(0xff, 4096 * 2, bytes.length - 4096)
    writeFileSync(path, bytes)
    const error = refusal(() => {
      const damaged = openStore(path)
      damaged.runs.all()
      return damaged
    })
    expect(error.reason).toBe('corrupt')
  })

  test('a file where the folder should be is refused', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, 'x')
    const error = refusal(() => openStore(join(file, 'lab.sqlite')))
    expect(error.reason).toBe('read-only')
    expect(readFileSync(file, 'utf8')).toBe('x')
  })

  test('a folder or a pipe in the place of the store or of its lock is named as what it is, and left', () => {
    const folder = temporaryFolder()
    const path = join(folder, 'lab.sqlite')
    mkdirSync(path)
    for (const open of [openStore, openStoreForReading, lockFile, isLocked])
      expect(refusal(() => open(path))).toMatchObject({
        reason: 'foreign',
        message: `${path} is a folder. It was left as it is; move it away, or choose another data folder.`,
      })
    const pipe = join(folder, 'pipe')
    if (process.platform === 'win32') return
    execFileSync('mkfifo', [pipe])
    expect(refusal(() => openStore(pipe)).message).toContain(`${pipe} is no regular file.`)
  })

  test('a writer that does not let go is named as the reason', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    openStore(path).close()
    const other = new Database(path)
    onTestFinished(() => void other.close())
    other.pragma('locking_mode = EXCLUSIVE')
    other.exec('BEGIN EXCLUSIVE')
    expect(refusal(() => openStore(path)).reason).toBe('locked')
  })

  test('reading alone works beside a writer, sees what it commits, and writes nothing', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const writer = opened(path)
    const reader = openStoreForReading(path)
    onTestFinished(() => reader.close())
    addRun(writer)
    expect(reader.runs.all().map((run) => run.id)).toEqual(['r1'])
    expect(() => addRun(reader, 'r2')).toThrow(StorageError)
    expect(writer.runs.all()).toHaveLength(1)
  })

  test('reading alone where there is no store yet finds nothing and makes nothing', () => {
    const path = join(temporaryFolder(), 'lab.sqlite')
    const store = openStoreForReading(path)
    onTestFinished(() => store.close())
    expect(store.runs.all()).toEqual([])
    expect(existsSync(path)).toBe(false)
  })
})

describe('disks', () => {
  test('a full disk: a plain message, nothing half-written, and all is well again when there is room', (context) => {
    const disk = mounted('size=1m')
    if (!disk) return context.skip('mounting a small file system needs privileges')
    const store = openStore(join(disk, 'lab.sqlite'))
    addRun(store)
    const stage = store.stages.ensure({ key: 'k', kind: 'train', role: null, title: 't', config: '{}' })
    const write = (first: number) =>
      store.transaction(() => {
        for (let step = first; step < first + 30_000; step++)
          store.metrics.insert(stage.id, 1, { name: 'loss', split: '', step, value: step })
      })
    let written = 0
    let error: unknown
    try {
      for (; written < 100; written++) write(written * 30_000)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(StorageError)
    expect(error).toMatchObject({ reason: 'full' })
    expect((error as StorageError).message).toContain('disk is full')
    expect(store.metrics.of(stage.id, 1)).toHaveLength(written * 30_000)
    remount(disk, 'size=64m')
    write(written * 30_000)
    expect(store.metrics.of(stage.id, 1)).toHaveLength((written + 1) * 30_000)
    store.close()
  })

  test('a read-only disk: a plain message and not a file more', (context) => {
    const disk = mounted('size=8m')
    if (!disk) return context.skip('mounting a file system needs privileges')
    const path = join(disk, 'lab.sqlite')
    openStore(path).close()
    remount(disk, 'ro')
    const before = readdirSync(disk)
    const error = refusal(() => openStore(path))
    expect(error.reason).toBe('read-only')
    expect(error.message).toContain('cannot be written')
    expect(readdirSync(disk)).toEqual(before)
    expect(statSync(path).size).toBeGreaterThan(0)
  })
  test('a read-only disk can be read, with what its last writer left in the log', (context) => {
    const disk = mounted('size=8m')
    if (!disk) return context.skip('mounting a file system needs privileges')
    const writer = opened(join(temporaryFolder(), 'lab.sqlite'))
    addRun(writer)
    for (const end of ['', '-wal']) copyFileSync(writer.path + end, join(disk, `lab.sqlite${end}`))
    remount(disk, 'ro')
    const store = openStoreForReading(join(disk, 'lab.sqlite'))
    onTestFinished(() => store.close())
    expect(store.runs.all().map((run) => run.id)).toEqual(['r1'])
    expect(readdirSync(disk).sort()).toEqual(['lab.sqlite', 'lab.sqlite-wal'])
  })

  test('a new store on a read-only disk: the message names the folder that could not be made', (context) => {
    const disk = mounted('size=1m')
    if (!disk) return context.skip('mounting a file system needs privileges')
    remount(disk, 'ro')
    const { reason, message } = refusal(() => openStore(join(disk, 'new', 'home', 'lab.sqlite')))
    expect(reason).toBe('read-only')
    expect(message.match(/EROFS/g)).toHaveLength(1)
    expect(message).toContain(`mkdir '${join(disk, 'new')}'`)
  })

  test('a folder where none can be made is told so at once', (context) => {
    if (!existsSync('/proc/self')) return context.skip('there is no /proc here')
    expect(refusal(() => openStore('/proc/x/y/lab.sqlite')).reason).toBe('read-only')
  })
})
