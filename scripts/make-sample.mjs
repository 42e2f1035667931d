// Makes resources/sample/<key>/, the finished stages of the study that comes with the app: node scripts/make-sample.mjs
// Runs resources/sample/spec.json by the built command line on a home of its own, with the native engine on one thread of
// its own choice, and copies what it left. Needed anew when the version of a kind of stage goes up, which a test tells.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runSpec } from './headless.mjs'

const app = resolve(import.meta.dirname, '..')
const sample = join(app, 'resources', 'sample')
const home = mkdtempSync(join(tmpdir(), 'w2s-sample-'))
try {
  for (const { name } of readdirSync(sample, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    rmSync(join(sample, name), { recursive: true })
  const spec = JSON.parse(readFileSync(join(sample, 'spec.json'), 'utf8'))
  runSpec(spec, { app, home, file: 'sample.json' })
  const artifacts = join(home, 'data', 'artifacts')
  const keys = readdirSync(artifacts).filter((name) => /^[0-9a-f]{64}$/.test(name))
  let bytes = 0
  for (const key of keys) {
    const { files, backend } = JSON.parse(readFileSync(join(artifacts, key, 'manifest.json'), 'utf8'))
    if (!['cpu', 'typescript'].includes(backend)) throw new Error(`${key}: expected backend cpu, got ${backend}`)
    cpSync(join(artifacts, key), join(sample, key), { recursive: true })
    bytes += files.reduce((sum, file) => sum + file.bytes, 0)
  }
  console.log(`${keys.length} stages, ${(bytes / 1e6).toFixed(1)} MB`)
} finally {
  rmSync(home, { recursive: true })
}
