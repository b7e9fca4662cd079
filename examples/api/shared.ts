/** What the servers of this folder share, whatever the framework: who asks, what an error is answered with, and how a server stops. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type ErrorCategory, type Ledger, LedgerError } from 'model-ledger'

// #region context
const requests = new AsyncLocalStorage<{
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly correlationId: string
  readonly signal: AbortSignal
}>()

/** Runs what answers a request. Whatever it calls, however deep, asks `command` and `question` about the request. */
export const answering = <A>(request: IncomingMessage, response: ServerResponse, answer: () => A): A => {
  const gone = new AbortController()
  response.once('close', () => gone.abort()) // answered or not: an abort after the answer changes nothing
  const correlationId = headerOf(request, 'x-request-id') ?? randomUUID()
  response.setHeader('x-request-id', correlationId)
  return requests.run({ request, response, correlationId, signal: gone.signal }, answer)
}

/** What each question is told: whoever asks may be gone. */
export const question = () => ({ signal: current().signal })

/** What each command is told: who gives it, in which request, the id that makes a retry harmless, and whether the client is gone. */
export const command = () => {
  const { request, correlationId, signal } = current()
  const actor = headerOf(request, 'x-user') // as your authentication tells, never the body
  if (actor === undefined) throw new Refusal(401, 'who is it? say x-user')
  const key = headerOf(request, 'idempotency-key')
  return { actor, correlationId, commandId: key && `${encodeURIComponent(actor)}/${key}`, signal }
}
// #endregion

const current = () => {
  const context = requests.getStore()
  if (context === undefined) throw new Error('no request is being answered')
  return context
}

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

// #region read-your-writes
/** The receipt, beside the position from which this caller is to read. */
export const written = <A extends { readonly position: number }>(receipt: A): A => {
  current().response.setHeader('x-ledger-position', receipt.position)
  return receipt
}

/** Waits for what this caller wrote, on whichever instance. */
export const caughtUp = async (ledger: Ledger): Promise<void> => {
  const position = Number(headerOf(current().request, 'x-ledger-position') ?? 0)
  if (position > 0) await ledger.waitFor(position, 2000, question())
}
// #endregion

/** How long a page may be: 100 unless told, and never over 1000. */
export const limitOf = (limit: string | undefined): number => Math.min(Number(limit ?? 100), 1000)

/** The body of a request that moves an alias. The ledger checks its members; that there is a body, `objectOf`. */
export interface Move {
  readonly version: string
  readonly expect?: number | 'absent'
  readonly reason?: string
}

export const objectOf = (body: Move | null | undefined): Move => {
  if (typeof body !== 'object' || body === null) throw new Refusal(400, 'the body is to be a JSON object')
  return body
}

/** Refused before the ledger is asked. The frameworks' own errors have a `statusCode`, too. */
export class Refusal extends Error {
  readonly statusCode: number
  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

// #region errors
export const answerTo = (error: unknown): { readonly status: number; readonly body: object } => {
  if (error instanceof LedgerError) {
    const { code, category, message, error: details } = error
    return { status: STATUS[category], body: { code, category, message, details } }
  }
  if (error instanceof Error && 'statusCode' in error) {
    const { statusCode: status, message } = error
    if (typeof status === 'number' && status < 500) return { status, body: { message } }
  }
  console.error(error)
  return { status: 500, body: { message: 'this is our fault' } }
}
// #endregion

export const STATUS: Readonly<Record<ErrorCategory, number>> = {
  invalid: 400,
  refused: 422,
  conflict: 409,
  'not-found': 404,
  unavailable: 503,
  'unknown-outcome': 503,
  damaged: 500,
  closed: 503,
  bug: 500,
}

/** A server that takes requests. Disposed, it takes no more, and has answered those that were under way. */
export interface Serving extends AsyncDisposable {
  readonly url: string
}

/** The time for what is under way when a server stops, in milliseconds: with the some 6 s of the ledger less than the 10 s that Docker waits. */
export const GRACE = 3000

/** Called when a server begins to close: connections go as they fall idle, and after the grace all. A request that is cut off then is aborted. */
export const drain = (http: Server, grace: number): void => {
  const idle = setInterval(() => http.closeIdleConnections(), 50).unref()
  const over = setTimeout(() => http.closeAllConnections(), grace).unref()
  http.once('close', () => {
    clearInterval(idle)
    clearTimeout(over)
  })
}

/** For servers of `node:http`. Loopback only: put your own authentication in front before anybody else can reach it. */
export const listening = async (http: Server, port: number, grace: number): Promise<Serving> => {
  await once(http.listen(port, '127.0.0.1'), 'listening')
  const address = http.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(http, 'close')
      http.close()
      drain(http, grace)
      await closed
    },
  }
}
