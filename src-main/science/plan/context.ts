import type { Computing, Multiplying } from '../backends'
import type { DataConfig } from '../stages'
import { TASKS, type RowCounts } from '../tasks'

/** What a plan has to know of a task. */
export interface Source {
  /** Of its bytes. */
  sha256: string
  title: string
  /** Number of its classes or options; 0 of texts to be continued. */
  classes: number
  /** Names of the classes of an imported one. */
  names?: readonly string[]
  /** What a model has to tell. */
  question?: string
  /** Where it is not of classes. */
  form?: DataConfig['form']
  rows?: RowCounts
  /** Whether its rows say how difficult they are; not given where that is not known. */
  graded?: boolean
  /** Its test sets from elsewhere, id → sha256. */
  elsewhere?: DataConfig['elsewhere']
}

/** What a plan depends on beside the spec. */
export interface PlanContext extends Computing, Multiplying {
  /** Every task there is, by id. */
  sources: Record<string, Source>
  /** Bundled tasks, id → sha256; `CORPORA` of them are what word vectors are made from. */
  bundled: Record<string, string>
  /**
   * Every pretrained model that is known, by id: `key` is that of its content, so that a changed model is another stage;
   * null where it is not on this machine. `writes`: whether it has a language head. `gone`: where its files were.
   */
  checkpoints: Record<
    string,
    { key: string | null; title: string; layers?: number; parameters?: number; writes?: boolean; gone?: string }
  >
}

/** Names of the classes of a task, in their order; none of one of another form. */
export function namesOf(task: string, { names, form, classes }: Source): readonly string[] {
  if (form) return []
  return names ?? TASKS[task]?.classes ?? Array.from({ length: classes }, (_, i) => `class ${i}`)
}
