// Where a training step of the native engine goes: time of each kernel, and each matrix product's share of the peak that
// was measured beside it.
//
//   npm run bench -- products [--threads 2] [--isa avx2] [--case d256]
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { build } from '../src-native/build.mjs'

/** family, width, layers, heads, examples, tokens of the shortest and the longest; steps. Cases of bench-native.mjs. */
const CASES = {
  d32: ['gpt2', 32, 2, 2, 32, 64, 64, 300],
  d64: ['gpt2', 64, 2, 4, 32, 64, 64, 200],
  d128: ['gpt2', 128, 4, 4, 32, 64, 64, 40],
  d256: ['gpt2', 256, 6, 8, 32, 64, 64, 10],
  'MiniLM-L6, short': ['bert', 384, 6, 12, 32, 5, 25, 20],
}
const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    isa: { type: 'string', default: '' },
    case: { type: 'string', multiple: true, default: Object.keys(CASES) },
  },
})
const unknown = options.case.find((name) => !(name in CASES))
if (unknown !== undefined) {
  console.error(`--case: expected one of ${Object.keys(CASES).join(', ')}, got ${unknown}`)
  process.exit(2)
}
const program = await build({ program: 'profile' })
for (const name of options.case) {
  const [steps, ...shape] = CASES[name].toReversed()
  console.log(`\n${name}`)
  const { status } = spawnSync(program, [...shape.toReversed(), options.threads, options.isa, steps].map(String), {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
