import { join } from 'node:path'
import { EVALUATIONS, readEvaluations } from '../../data/evaluations'
import type { Evaluations } from '../../data/predictions'
import { readArtifactFile, readManifest } from '../../engine/artifacts'
import type { Answers } from '../../science/answers'
import type { SeedPredictions } from '../../science/metrics'
import { elsewhere as elsewhereName } from '../../science/stages'

/** Where the predictions of a seed lie: the folders of its three trainings. */
export interface SeedSource extends Pick<SeedPredictions, 'seed' | 'epochs'> {
  weak: string
  student: string
  ceiling: string
  /** Those of the references that are finished, by their names. */
  references: Record<string, string>
}
/** Predictions of one seed, before the ground truth of the examples is put to them. */
export type SeedInput = Omit<SeedPredictions, 'truth'>

/** What a training said, by the folder of its artifact. @throws ArtifactError when it is gone or damaged */
export async function readTraining(folder: string): Promise<(split: string) => Evaluations> {
  const { files } = await readManifest(folder)
  const file = EVALUATIONS.find((name) => files.some((there) => there.name === name)) ?? EVALUATIONS[0]
  return readEvaluations(await readArtifactFile(folder, file), join(folder, file))
}

/**
 * @param sets ids of the test sets from elsewhere that the seed was asked about
 * @throws ArtifactError when a file is gone or damaged
 */
export async function readSeed(
  source: SeedSource,
  sets: readonly string[] = [],
  training = readTraining,
): Promise<SeedInput> {
  const [weak, student, ceiling] = [
    await training(source.weak),
    await training(source.student),
    await training(source.ceiling),
  ]
  const last = (of: Evaluations) => of.answers.at(-1)!
  const references: Record<string, Answers> = {}
  for (const [name, folder] of Object.entries(source.references))
    references[name] = last((await training(folder))('test'))
  const { steps, answers } = student('test')
  const elsewhere = sets.map((id) => {
    const at = (of: (name: string) => Evaluations) => last(of(elsewhereName(id)))
    return [id, { weak: at(weak), student: at(student), ceiling: at(ceiling) }] as const
  })
  return {
    seed: source.seed,
    epochs: source.epochs,
    references,
    weak: last(weak('test')),
    weakValidation: last(weak('validation')),
    ceiling: last(ceiling('test')),
    steps,
    student: answers,
    studentValidation: student('validation').answers,
    ...(sets.length > 0 && { elsewhere: Object.fromEntries(elsewhere) }),
  }
}
