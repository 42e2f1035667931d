import type { Numbers } from '../backends'
import type { Work } from './splits'

/** What a training is in an arm. */
export type Role = 'weak' | 'student' | 'ceiling' | 'reference'

/** Size of a pretrained model, as far as time and room go by it. */
export interface ModelSize {
  parameters: number
  layers: number
  width: number
}

/** The stages that a kind builds upon, by the role that they fill in it; `several`: one at least, see `several`. */
type Needs = Readonly<Record<string, 'always' | 'sometimes' | 'several'>>

/** A kind of stage: all that is known of it beside the code that does its work, which is in `engine/stages`. */
export interface Kind<C, N extends Needs = Needs> {
  /** Goes up with every change of the code that changes a result: what was cached before is then another stage. */
  version: number
  needs: N
  /** What one of its stages is called, in a word or two: how its title begins. */
  word(config: C): string
  /** What its stages do, for people, over a list of them. */
  heading(config: C): string
  /** What it is in an arm; not given where it serves several. */
  role?(config: C): Role
  /** The backend that computes it; what has none is plain arithmetic. */
  backend?(config: C): string
  /** Whether it learns step by step, and so has curves. */
  learns?: true
  /** Names of the file of its artifact that a bundle carries, of which it has one, and the folder that it stands in there. */
  bundled?: { files: readonly string[]; folder: string }
  /** Whether it computes by the language head, whatever its examples are. */
  speaks?: true
  /** What it reads beside its needs: files of tasks and corpora, by id and sha256, and pretrained models, by content key. */
  reads(config: C): {
    tasks: readonly (readonly [string, string])[]
    models: readonly string[]
    corpora?: readonly (readonly [string, string])[]
  }
  /** Amount of work, in units that cost the same in stages that are alike. */
  work(config: C, sizes: Work): number
  /** Letters that a model reads beside each text of the work. */
  around?(config: C): number
  /** Of the work, where that is not examples: operations of a net. */
  unit?: 'operation'
  /** In what its net multiplies and remembers, where that is said: of stages that are alike in all else it makes time and room others. */
  numbers?(config: C): Numbers
  /** What tells apart stages whose unit of work costs differently. */
  like?(config: C): readonly string[]
  /** Seconds a unit where this machine has no past stage of the like; of what a backend computes its own rate stands for it. */
  seconds?: number
  /** Room that its artifact takes, in bytes. @param model the first that it reads, where its size is known */
  bytes(config: C, sizes: Work, model: ModelSize | undefined): number
}

/** Lets the needs of a kind be told from its definition, beside the config that is given. */
export const defineKind =
  <C>() =>
  <const N extends Needs>(kind: Kind<C, N>): Kind<C, N> =>
    kind

type RolesIn<N extends Needs, How> = { [R in keyof N]: N[R] extends How ? R : never }[keyof N]
/** Role → key of the stage that fills it. */
export type NeedKeys<N extends Needs> = { [R in RolesIn<N, 'always' | 'several'>]: string } & {
  [R in RolesIn<N, 'sometimes'>]?: string
} & { [R in RolesIn<N, 'several'> as `${R & string}${number}`]: string }

/**
 * Several stages in one role: the first has its name, so that a single one is what it is by itself, the next ones have it
 * with a number from 2 on.
 */
export function several<R extends string>(
  role: R,
  keys: readonly [string, ...string[]],
): Record<R | `${R}${number}`, string> {
  const named = keys.map((key, i) => [i === 0 ? role : `${role}${i + 1}`, key] as const)
  return Object.fromEntries(named) as Record<R | `${R}${number}`, string>
}

/** The names under which several stages fill a role, in their order. */
export function rolesOf(role: string, needs: Readonly<Partial<Record<string, string>>>): string[] {
  const found: string[] = []
  for (let name = role; needs[name] !== undefined; name = `${role}${found.length + 1}`) found.push(name)
  return found
}
