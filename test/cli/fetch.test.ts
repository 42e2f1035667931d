// `w2s data fetch` as users run it: a built process of Node, and a hub on this machine. The real one was never asked.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { REVISION, serveHub, type HubServer } from '../data/models/hub-server'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const tables = readTables()
const SCIQ = join(import.meta.dirname, '../data/parquet/sciq/data')
let repository: string
let hub: HubServer
let w2s: CommandLine
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'w2s-hub-'))
  await cp(join(SCIQ, 'train-00000-of-00002.parquet'), join(repository, 'default/train/0000.parquet'))
  await cp(join(SCIQ, 'train-00001-of-00002.parquet'), join(repository, 'default/train/0001.parquet'))
  await cp(join(SCIQ, 'test-00000-of-00001.parquet'), join(repository, 'default/test/0000.parquet'))
  hub = await serveHub('sciq', repository, { kind: 'datasets', branch: 'refs%2Fconvert%2Fparquet' })
  w2s = await buildCommandLine({ HF_ENDPOINT: hub.url })
}, 90_000)
afterAll(async () => {
  await w2s.remove()
  await hub.close()
  await rm(repository, { recursive: true })
})
afterEach(() => {
  Object.assign(hub, { stalls: false, refuses: null })
  hub.requests.length = 0
})

const data = (...args: string[]) => w2s.run('data', ...args, '--json')
const fetched = () => join(w2s.home, 'lab/fetched')

describe('w2s data fetch', () => {
  it('is the one action that asks the hub', async () => {
    await data('templates')
    await data('preview', SCIQ, '--template', 'sciq')
    await data('import', join(w2s.home, 'none'), '--template', 'sciq', '--licence', 'own')
    expect(hub.requests).toEqual([])
  })

  it('stopped by Ctrl+C it keeps what has come, shows no half of a set, and goes on from there', async () => {
    hub.stalls = true
    const running = w2s.start('data', 'fetch', 'sciq', '--json')
    await running.says(/Downloading default/)
    running.process.kill('SIGINT')
    const { code, stderr, document } = await running.ended
    expect([code, stderr]).toEqual([130, expect.stringContaining('The same command goes on from here.')])
    expect(mismatches(tables, 'error', document)).toEqual([])
    expect(await readdir(fetched())).toEqual(['.fetching'])

    hub.stalls = false
    const got = await data('fetch', 'sciq')
    expect([got.stderr, got.code]).toEqual([got.stderr, 0])
    expect(mismatches(tables, 'data', got.document)).toEqual([])
    const path = join(fetched(), `sciq.default@${REVISION.slice(0, 12)}`)
    expect(got.document).toMatchObject({
      ...{ action: 'fetch', tasks: [] },
      fetched: { template: 'sciq', path, dataset: 'sciq', config: 'default', wasHere: false, files: { length: 3 } },
    })
    expect(got.stderr).toContain(`Its licence is told at ${hub.url}/datasets/sciq.`)
    expect((await data('fetch', 'sciq')).document).toMatchObject({ fetched: { path, wasHere: true } })
  })

  it('names the command that imports what came, and that does', async () => {
    const { stdout } = await w2s.run('data', 'fetch', 'sciq-pairs')
    const [, command] = /\n {2}w2s (data import .*) <text>\n/.exec(stdout)!
    hub.requests.length = 0
    const imported = await w2s.run(...command!.split(' '), 'own', '--json')
    expect(imported.document).toMatchObject({
      tasks: [
        {
          ...{ id: 'sciq-pairs', rows: { train: [60, 60], test: [30, 30] } },
          source: `imported from sciq.default@${REVISION.slice(0, 12)} by the template sciq-pairs`,
        },
      ],
    })
    expect(hub.requests).toEqual([])
  })

  it('says what was expected and what came', async () => {
    const absent = await data('fetch', 'boolq')
    expect(absent.code).toBe(3)
    expect(mismatches(tables, 'error', absent.document)).toEqual([])
    expect(absent.document).toMatchObject({ error: { code: 'unavailable' } })
    expect(absent.stderr).toContain(
      `BoolQ could not be fetched.\n${hub.url}: expected the dataset boolq at refs/convert/parquet for everyone, got status 404.`,
    )
    const unknown = await data('fetch', 'sciqq')
    expect([unknown.code, unknown.document]).toMatchObject([
      2,
      { error: { problems: [{ path: '<template>', got: '"sciqq"' }] } },
    ])
    expect(unknown.stderr).toContain('did you mean "sciq"?')
  })
})
