/** The HTTP API, on node:http: teams ask for the approval of a model, approve or reject, see what waits, and search. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type Consumer, type ErrorCategory, type Ledger, LedgerError } from 'model-ledger'
import type { Metrics } from './metrics.js'
import type { SearchIndex } from './search-index.js'
import { waiting, waitingFor } from './waiting.js'

export interface Parts {
  readonly ledger: Ledger
  readonly index: SearchIndex
  readonly indexing: Consumer
  readonly metrics: Metrics
}

type Answer = readonly [status: number, body: unknown]

export const approvals = (parts: Parts): Server => {
  const server = createServer(async (request, response) => {
    const [status, body] = await answerTo(parts, request).catch(answerToError)
    if (!server.listening) response.setHeader('connection', 'close') // no further request comes on this one
    const isText = typeof body === 'string'
    response.writeHead(status, { 'content-type': isText ? 'text/plain; version=0.0.4' : 'application/json' })
    response.end(isText ? body : JSON.stringify(body))
  })
  return server
}

/** Takes no more requests, and resolves when those on their way are answered, or the time for them is over. */
export const closeServer = (server: Server, milliseconds = 4000): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(() => server.closeAllConnections(), milliseconds).unref()
    server.close(() => resolve())
  })

const answerTo = async (parts: Parts, request: IncomingMessage): Promise<Answer> => {
  const [path = '', search = ''] = (request.url ?? '').split('?')
  const query = new URLSearchParams(search)
  if (request.method === 'GET') return looked(parts, path, query)
  const [, team, model, alias] = /^\/teams\/([\w-]+)\/models\/([\w-]+)\/(candidate|production)$/.exec(path) ?? []
  if (alias === undefined) return [404, { message: `nothing is at ${path}` }]
  const { 'x-user': user, 'x-request-id': requestId, 'idempotency-key': key } = request.headers
  if (typeof user !== 'string' || user === '') return [401, { message: 'who is it? say x-user' }]
  const registered = `${team}/model-registry/${model}`
  const by = {
    actor: user, // as your authentication tells
    reason: query.get('reason') ?? undefined,
    correlationId: String(requestId ?? randomUUID()),
    commandId: key && `${encodeURIComponent(user)}/${key}`, // given again after a crash, it acts once
  }
  const { ledger } = parts
  switch (`${request.method} ${alias}`) {
    case 'PUT candidate': {
      // The body is the model.
      const content = [{ stream: request, as: 'model' }]
      const name = `${team}/candidates/${model}`
      return [200, await ledger.linkModel({ name, type: 'model', content, to: registered, aliases: [alias], ...by })]
    }
    case 'PUT production':
      return [200, await ledger.moveAlias({ version: `${registered}:${query.get('version')}`, alias, ...by })]
    case 'DELETE candidate':
      return [200, await ledger.removeAlias({ name: registered, alias, ...by })]
    default:
      return [405, { message: `${request.method} is not for ${path}` }]
  }
}

const looked = async (
  { ledger, index, indexing, metrics }: Parts,
  path: string,
  query: URLSearchParams,
): Promise<Answer> => {
  const { position, failures } = indexing.status
  switch (path) {
    case '/waiting':
      return [200, await ledger.at(query.get('at') ?? undefined).read(waiting, waitingFor(query.get('team') ?? ''))]
    case '/search':
      return [200, { upTo: position, found: index.find(query.get('q') ?? '') }]
    case '/metrics':
      return [200, `${metrics.text()}search_index_position ${position ?? 0}\nsearch_index_failures ${failures}\n`]
    default:
      return [404, { message: `nothing is at ${path}` }]
  }
}

const answerToError = (thrown: unknown): Answer => {
  if (thrown instanceof LedgerError) {
    const { code, category, message, error: details } = thrown
    return [STATUS[category], { code, category, message, details }]
  }
  console.error(thrown)
  return [500, { message: 'something went wrong here' }]
}

const STATUS: Readonly<Record<ErrorCategory, number>> = {
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
