/**
 * A registry behind an HTTP API of one's own, with Fastify: errors mapped to status codes, a caller reads
 * what it wrote, retries are harmless, and a live feed. Started by `main.ts`.
 */
import { once } from 'node:events'
import Fastify, { type FastifyInstance } from 'fastify'
import { type ErrorCategory, type Ledger, LedgerError, newest } from 'model-ledger'

/** @param grace how long a request that is on its way when the server closes may still take, in milliseconds */
export const server = (ledger: Ledger, grace = 5000): FastifyInstance => {
  const api = Fastify()

  // #region close
  // Without this, a client that connected and says nothing keeps the server up for a minute.
  api.addHook('preClose', (done) => {
    setTimeout(() => api.server.closeAllConnections(), grace).unref()
    done()
  })
  // #endregion

  // #region errors
  api.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof LedgerError)) return reply.send(error)
    const { code, category, message, error: details } = error
    return reply.code(STATUS[category]).send({ code, category, message, details })
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
      expect,
      reason,
      actor: user,
      correlationId: id,
      commandId: key && `${encodeURIComponent(user)}/${key}`,
    })
    reply.header('x-ledger-position', receipt.position)
    return receipt
  })
  // #endregion

  // #region feed
  // GET /feed?version=… : server-sent events, one for each change of the answer. A refusal is an answer too.
  const refusal = (error: unknown) => {
    if (!(error instanceof LedgerError) || STATUS[error.category] >= 500) throw error
    return { code: error.code, message: error.message }
  }
  api.get<{ Querystring: { version: string } }>('/feed', async ({ query }, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const gone = new AbortController()
    const { signal } = gone
    raw.once('close', () => gone.abort())
    const answers = ledger.watch((now) => now.resolve(query.version).catch(refusal))
    try {
      for await (const version of newest(answers, { signal })) {
        const isTaken = raw.write(`data: ${JSON.stringify(version)}\n\n`)
        if (!isTaken) await once(raw, 'drain', { signal }) // a tab that sleeps: nothing is written until it wakes
      }
    } catch (error) {
      if (!signal.aborted) api.log.error(error)
    }
    raw.end() // the ledger was closed, or cannot answer any more
  })
  // #endregion

  return api
}

// #region status
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
// #endregion
