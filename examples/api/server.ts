/**
 * A registry behind an HTTP API of one's own, with Fastify: errors mapped to status codes, a caller reads
 * what it wrote, retries are harmless, and a live feed. Started by `main.ts`.
 */
import Fastify, { type FastifyInstance } from 'fastify'
import { type Ledger, LedgerError } from 'model-ledger'

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
    const { code, message, error: details } = error
    return reply.code(statusOf(code)).send({ code, message, details })
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
    if (!(error instanceof LedgerError) || statusOf(error.code) >= 500) throw error
    return { code: error.code, message: error.message }
  }
  api.get<{ Querystring: { version: string } }>('/feed', ({ query, raw }, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const end = () => reply.raw.end()
    const subscription = ledger
      .watch((now) => now.resolve(query.version).catch(refusal))
      .subscribe({
        next: (version) => reply.raw.write(`data: ${JSON.stringify(version)}\n\n`),
        error: end,
        complete: end, // the ledger was closed
      })
    raw.once('close', () => subscription.unsubscribe())
  })
  // #endregion

  return api
}

// #region status
/** What is not named here is no fault of the caller: 500, for instance a damaged event, a missing file, a new code. */
export const statusOf = (code: string): number => {
  for (const [status, codes] of STATUS) if (codes.includes(code)) return status
  return 500
}

const STATUS: ReadonlyArray<readonly [number, ReadonlyArray<string>]> = [
  [400, ['invalid-input', 'invalid-command', 'bad-moment', 'bad-cursor', 'ambiguous-name', 'no-distributed-id']],
  [400, ['illegal-path', 'source-failed', 'not-an-export', 'impossible-event', 'incomplete-export']],
  [403, ['read-only']],
  [404, ['not-found', 'version-not-found', 'artifact-not-found', 'model-not-found']],
  [404, ['run-not-found', 'alias-not-found', 'path-not-found', 'not-stored', 'not-in-lineage']],
  [409, ['command-id-reused', 'type-mismatch', 'path-taken', 'path-conflict']],
  [409, ['version-has-aliases', 'version-has-links', 'collection-has-aliases', 'artifact-has-links', 'archived']],
  [409, ['draft-ended', 'draft-empty', 'generation-not-open', 'not-sealed', 'writers-not-as-expected']],
  [409, ['base-settled', 'base-conflict', 'base-of-another-artifact', 'no-base']],
  [409, ['run-already-started', 'run-already-finished', 'store-not-empty', 'in-use', 'nothing-lost']],
  [410, ['version-deleted', 'link-removed']],
  [412, ['alias-expectation-failed', 'base-outdated']],
  [413, ['event-too-large']],
  [422, ['reserved-name', 'too-many-tags', 'manifest-mismatch', 'unreadable-content', 'inside-a-ledger']],
  [503, ['unavailable', 'closed', 'unknown-outcome', 'contention', 'not-reached']],
]
// #endregion
