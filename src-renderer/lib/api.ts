import {
  CALL_NAMES,
  CALLS,
  type Bridge,
  type CallName,
  type Calls,
  type Dropped,
  type Failure,
  type LabEvent,
  type Reply,
} from '../../src-preload/contract'

declare global {
  interface Window {
    w2s?: Bridge
  }
}

/** A refused call: `message` is a sentence for people, `failure.problems` says where in the input. */
export class ApiError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message)
    this.name = 'ApiError'
  }
}

function bridge(): Bridge {
  if (window.w2s) return window.w2s
  throw new ApiError({
    code: 'internal',
    message: 'This page was opened outside the app, so there is no lab behind it.',
  })
}

let changed = () => {}
/** Has `listener` told of every call that changed something in the lab, before its caller goes on. */
export function onChange(listener: () => void): void {
  changed = listener
}

async function call<K extends CallName>(name: K, args: Parameters<Calls[K]>): Promise<ReturnType<Calls[K]>> {
  const reply = await bridge().call(name, ...args)
  if (CALLS[name].writes) changed()
  return valueOf(reply)
}

function valueOf<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new ApiError(reply.error)
  return reply.value
}

type Api = { [K in CallName]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>> }

/** Every call of the contract as a function that returns the value or throws an `ApiError`. */
export const api = Object.fromEntries(
  CALL_NAMES.map((name) => [name, (...args: Parameters<Calls[typeof name]>) => call(name, args as never)]),
) as unknown as Api

/** What a file is that was dropped on the window. @throws ApiError of one that lies nowhere */
export async function dropped(file: File): Promise<Dropped> {
  return valueOf(await bridge().dropped(file))
}

/** Hears batches of events in order; returns the unsubscribe. */
export function onEvents(listener: (events: LabEvent[]) => void): () => void {
  return bridge().onEvents(listener)
}

/** What to show people of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
