import { readSafetensors, type NamedTensor } from '../../data/checkpoints/safetensors'
import type { Stage, StageKind } from '../../science/stages'
import { preparedOf, type PreparedTask } from '../../science/tasks'
import type { NewFile } from '../artifacts'
import type { Backend } from '../backends/learner'
import type { StageContext } from '../context'

/** Name of the file in the artifact of a `data` stage that holds a PreparedTask. */
export const EXAMPLES = 'examples.json'

/** What a stage leaves behind: files of its artifact, and a few numbers for people. */
export interface StageOutput {
  files: NewFile[]
  summary: Record<string, number>
}

export type StageOf<K extends StageKind> = Extract<Stage, { kind: K }>
/** One file a kind of stage. `backend` is there for `features` and `train`; the other kinds are plain TypeScript. */
export type StageRunner<K extends StageKind> = (
  stage: StageOf<K>,
  context: StageContext,
  backend: Backend | null,
) => Promise<StageOutput>

/** The examples of a stage: its need `data`. @throws Error naming the file when it is no JSON; see also `StageContext.need` */
export async function needTask(context: StageContext): Promise<PreparedTask> {
  const bytes = await context.need('data', EXAMPLES)
  try {
    return preparedOf(JSON.parse(Buffer.from(bytes).toString('utf8')) as PreparedTask)
  } catch (cause) {
    throw new Error(`${context.job.needs['data']}/${EXAMPLES}: expected JSON`, { cause })
  }
}

/** One tensor of a safetensors file of an artifact's need. @throws Error naming the file and what it has instead */
export async function needTensors(
  context: StageContext,
  role: string,
  file: string,
): Promise<(name: string) => NamedTensor> {
  const tensors = readSafetensors(await context.need(role, file), `${context.job.needs[role]}/${file}`)
  return (name) => {
    const found = tensors.find((t) => t.name === name)
    if (found) return found
    const names = tensors.map((t) => t.name).join(', ')
    throw new Error(`${context.job.needs[role]}/${file}: expected a tensor "${name}", got ${names || 'none'}`)
  }
}

/** A JSON file as it goes into an artifact. */
export function jsonFile(name: string, value: unknown): NewFile {
  return { name, bytes: Buffer.from(JSON.stringify(value)) }
}
