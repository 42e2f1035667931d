/** How the command ends, see docs/cli.md. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, unavailable: 3, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
