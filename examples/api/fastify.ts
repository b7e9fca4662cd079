/**
 * A registry behind an HTTP API of one's own, with Fastify: errors mapped to status codes, a caller reads
 * what it wrote, retries are harmless, uploads, lists, and a live feed. Started by `main.ts`.
 */
import { once } from 'node:events'
import Fastify, { type FastifyInstance } from 'fastify'
import { type Ledger, LedgerError, newest } from 'model-ledger'
import {
  answering,
  answerTo,
  caughtUp,
  command,
  drain,
  GRACE,
  limitOf,
  type Move,
  question,
  type Serving,
  STATUS,
  written,
} from './shared.js'

export const serve = async (ledger: Ledger, port: number, grace = GRACE): Promise<Serving> => {
  const api = server(ledger, grace)
  // Loopback only: put your own authentication in front before anybody else can reach it.
  const url = await api.listen({ host: '127.0.0.1', port })
  return { url, [Symbol.asyncDispose]: () => api.close() }
}

/** @param grace how long a request that is on its way when the server closes may still take, in milliseconds */
export const server = (ledger: Ledger, grace = GRACE): FastifyInstance => {
  const api = Fastify()

  // #region close
  const closing = new AbortController()
  api.addHook('preClose', (done) => {
    closing.abort() // feeds, which have no end of their own
    drain(api.server, grace)
    done()
  })
  // #endregion

  // #region context
  // Behind the parsing of the body, which forgets who it is for.
  api.addHook('preHandler', (request, reply, done) => answering(request.raw, reply.raw, done))
  // #endregion

  // #region errors
  api.setErrorHandler((error, _request, reply) => {
    const { status, body } = answerTo(error)
    return reply.code(status).send(body)
  })
  // #endregion

  // #region read
  // GET /resolve?version=acme/model-registry/churn:production&at=2026-05-03T14:00:00Z
  api.get<{ Querystring: { version: string; at?: string } }>('/resolve', async ({ query }) => {
    await caughtUp(ledger)
    return ledger.at(query.at).resolve(query.version, question())
  })
  // #endregion

  // #region list
  // GET /artifacts?name=acme/churn/*&limit=50, and again with the answer's `cursor` for the next page
  api.get<{ Querystring: { name?: string; limit?: string; cursor?: string } }>('/artifacts', ({ query }) => {
    const { limit, ...list } = query
    return ledger.artifacts({ ...list, limit: limitOf(limit), ...question() })
  })
  // #endregion

  // GET /history?of=acme/model-registry/churn&limit=50, and again with the answer's `cursor` for the next page
  api.get<{ Querystring: { of?: string; limit?: string; cursor?: string } }>('/history', async ({ query }) => {
    await caughtUp(ledger)
    const { of, limit, cursor } = query
    return ledger.history({ of, cursor, limit: limitOf(limit), ...question() })
  })

  // POST /versions?name=acme/churn/model&type=model&as=model.bin with the bytes of the file as its body
  api.register((uploads, _options, done) => {
    uploads.removeAllContentTypeParsers()
    uploads.addContentTypeParser('*', (_request, body, done) => done(null, body))
    uploads.post<{ Querystring: { name: string; type: string; as: string } }>('/versions', async ({ query, raw }) => {
      const { name, type, as } = query
      return written(await ledger.logArtifact({ name, type, content: { stream: raw, as }, ...command() }))
    })
    done()
  })

  // #region write
  // POST /aliases/production {"version": "acme/model-registry/churn:v3", "expect": 2, "reason": "…"}
  api.post<{ Params: { alias: string }; Body: Move }>(
    '/aliases/:alias',
    { schema: { body: { type: 'object' } } },
    async ({ params: { alias }, body }) => {
      const { version, expect, reason } = body // one by one: whatever else a body holds goes no further
      return written(await ledger.moveAlias({ version, alias, expect, reason, ...command() }))
    },
  )
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
    const signal = AbortSignal.any([question().signal, closing.signal])
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
