/**
 * A registry behind an HTTP API of one's own, with Fastify: errors mapped to status codes, a caller reads
 * what it wrote, retries are harmless, and a live feed. Run it: `node dist/examples/api/main.js`.
 */
import Fastify, { type FastifyInstance } from 'fastify'
import { type Ledger, LedgerError } from '../../index.js'

export const server = (ledger: Ledger): FastifyInstance => {
  const api = Fastify()

  // #region errors
  api.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof LedgerError)) return reply.send(error)
    return reply.code(statusOf(error.code)).send({ code: error.code, message: error.message, details: error.error })
  })
  // #endregion

  // #region read
  // GET /resolve?version=acme/model-registry/churn:production&at=2026-05-03T14:00:00Z
  api.get<{ Querystring: { version: string; at?: string } }>('/resolve', async ({ query, headers }) => {
    const position = Number(headers['x-ledger-position'] ?? 0)
    if (position > 0) await ledger.waitFor(position, 2000) // what this caller wrote, on whichever instance
    return ledger.at(query.at).resolve(query.version)
  })
  // #endregion

  // #region list
  // GET /artifacts?name=acme/churn/*&limit=50, and again with the answer's `cursor` for the next page
  api.get<{ Querystring: { name?: string; limit?: string; cursor?: string } }>('/artifacts', ({ query }) => {
    const { limit, ...list } = query
    return ledger.artifacts({ ...list, limit: Math.min(Number(limit ?? 100), 1000) })
  })
  // #endregion

  // #region write
  // POST /aliases/production {"version": "acme/model-registry/churn:v3", "expect": 2, "reason": "…"}
  api.post<{
    Params: { alias: string }
    Headers: { 'x-user'?: string; 'idempotency-key'?: string }
    Body: { version: string; expect?: number | 'absent'; reason?: string }
  }>('/aliases/:alias', { schema: { body: { type: 'object' } } }, async ({ params, body, headers, id }, reply) => {
    const { 'x-user': user, 'idempotency-key': key } = headers // the user as your authentication tells, never the body
    if (!user) return reply.code(401).send({ message: 'who is it? say x-user' })
    const { version, expect, reason } = body // one by one: whatever else a body holds goes no further
    const receipt = await ledger.moveAlias({
      version,
      alias: params.alias,
      ...(expect === undefined ? {} : { expect }),
      ...(reason === undefined ? {} : { reason }),
      actor: user,
      correlationId: id,
      ...(key === undefined ? {} : { commandId: `${encodeURIComponent(user)}/${key}` }),
    })
    reply.header('x-ledger-position', receipt.position)
    return receipt
  })
  // #endregion

  // #region feed
  // GET /feed?version=… : server-sent events, one for each change of the answer
  api.get<{ Querystring: { version: string } }>('/feed', ({ query, raw }, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const subscription = ledger
      .live((now) => now.resolve(query.version))
      .subscribe({
        next: (version) => reply.raw.write(`data: ${JSON.stringify(version)}\n\n`),
        error: () => reply.raw.end(),
      })
    raw.once('close', () => subscription.unsubscribe())
  })
  // #endregion

  return api
}

// #region status
/** What is not named here was refused by a rule: 422. */
const statusOf = (code: string): number => STATUS[code] ?? 422

const STATUS: Readonly<Record<string, number>> = {
  'invalid-input': 400,
  'invalid-command': 400,
  'bad-moment': 400,
  'bad-cursor': 400,
  'not-found': 404,
  'version-missing': 404,
  'version-not-found': 404,
  'model-not-found': 404,
  'run-not-found': 404,
  'version-gone': 410,
  'version-deleted': 410,
  'link-removed': 410,
  'alias-expectation-failed': 412,
  'base-outdated': 412,
  contention: 503,
  unavailable: 503,
  'unknown-outcome': 503,
  'not-reached': 503,
}
// #endregion
