// What a net multiplies with and what AdamW remembers, where the backend of a plan, or the next one after a fault, has it not.
import { describe, expect, it } from 'vitest'
import { backendKind, type BackendId, type Precision } from '../../src-main/science/backends'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { PlanContext } from '../../src-main/science/plan/context'
import { planExperiment } from '../../src-main/science/plan/plan'
import type { Plan } from '../../src-main/science/stages'

const checkpoints = { small: { key: 'd'.repeat(64), title: 'Small' } }
const context: PlanContext = {
  sources: { spam: { sha256: 'a'.repeat(64), title: 'Spam', classes: 2 } },
  bundled: { spam: 'a'.repeat(64) },
  checkpoints,
  backend: 'wasm',
}
function plan(changes: Record<string, unknown>, over: Partial<PlanContext>): Plan {
  const parsed = parseSpec({
    ...{ version: 1, name: 'Plan', tasks: ['spam'], weak: [{ model: 'words' }] },
    ...{ methods: [{ method: 'naive' }], seeds: [0], ...changes },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return planExperiment(parsed.spec, { ...context, ...over })
}
/** The models of its ceilings. */
const ceilingsOf = ({ stages }: Plan) =>
  stages.flatMap((s) => (s.kind === 'train' && s.config.role === 'ceiling' ? [s.config.model] : []))

describe('a precision', () => {
  it('refuses bf16 where the backend is known not to have it', () => {
    const spec = { strong: [{ model: 'pretrained', checkpoint: 'small', precision: 'bf16' }] }
    expect(ceilingsOf(plan(spec, { checkpoints, precisions: ['fp32', 'bf16'] }))).toHaveLength(1)
    expect(ceilingsOf(plan(spec, { checkpoints }))).toHaveLength(1)
    expect(() => plan(spec, { checkpoints, precisions: ['fp32'] })).toThrow(
      'strong[0].precision: expected "fp32": backend "wasm" cannot multiply bf16 on this machine, got "bf16"',
    )
  })

  it('refuses moments in bf16 of what cannot keep them, be it the next backend, and names them in a stage alone where asked', () => {
    const spec = (moments: string) => ({ strong: [{ model: 'pretrained', checkpoint: 'small', moments }] })
    const half = plan(spec('bf16'), { checkpoints, backend: 'cuda' })
    expect(ceilingsOf(half)).toMatchObject([{ moments: 'bf16' }])
    for (const stage of plan(spec('fp32'), { checkpoints, backend: 'cuda' }).stages)
      expect(JSON.stringify(stage.config)).not.toContain('moments')
    expect(() => plan(spec('bf16'), { checkpoints, backend: 'cpu' })).toThrow(
      'strong[0].moments: expected "fp32": backend "cpu" cannot keep moments in bf16, got "bf16"',
    )
    expect(() => plan(spec('bf16'), { checkpoints, backend: 'cuda', otherwise: 'cpu' })).toThrow(
      'strong[0].moments: expected "fp32": backend "cpu" cannot keep moments in bf16, and stages go on there where a card fails (fallback), got "bf16"',
    )
  })

  it('refuses tf32 where no card computes, and says what there is', () => {
    const spec = { strong: [{ model: 'pretrained', checkpoint: 'small', precision: 'tf32' }] }
    const known = (backend: BackendId) => ({ checkpoints, backend, precisions: backendKind(backend).precisions })
    expect(ceilingsOf(plan(spec, known('cuda')))).toHaveLength(1)
    expect(() => plan(spec, known('cpu'))).toThrow(
      'strong[0].precision: expected "fp32" or "bf16": backend "cpu" cannot multiply tf32 on this machine, got "tf32"',
    )
  })

  it('refuses a precision that what goes on after a fault of the card has not', () => {
    const spec = (precision: string) => ({ strong: [{ model: 'pretrained', checkpoint: 'small', precision }] })
    const { precisions } = backendKind('cuda')
    const after = (...otherwisePrecisions: Precision[]) =>
      ({ checkpoints, backend: 'cuda', precisions, otherwise: 'cpu', otherwisePrecisions }) as const
    expect(ceilingsOf(plan(spec('bf16'), after('fp32', 'bf16')))).toHaveLength(1)
    expect(() => plan(spec('tf32'), after('fp32', 'bf16'))).toThrow(
      'strong[0].precision: expected "fp32" or "bf16": backend "cpu" cannot multiply tf32 on this machine, and stages go on there where a card fails (fallback), got "tf32"',
    )
    expect(() => plan(spec('bf16'), after('fp32'))).toThrow(
      'strong[0].precision: expected "fp32": backend "cpu" cannot multiply bf16 on this machine, and stages go on there where a card fails (fallback), got "bf16"',
    )
  })
})
