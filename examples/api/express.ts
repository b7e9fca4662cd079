/** A registry behind an HTTP API of one's own, with Express. Started by `main.ts`. */
import { createServer } from 'node:http'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Ledger } from 'model-ledger'
import {
  answering,
  answerTo,
  caughtUp,
  command,
  GRACE,
  limitOf,
  listening,
  type Move,
  objectOf,
  question,
  type Serving,
  written,
} from './shared.js'

export const serve = (ledger: Ledger, port: number, grace = GRACE): Promise<Serving> =>
  listening(createServer(app(ledger)), port, grace)

const app = (ledger: Ledger): Express => {
  const api = express().disable('x-powered-by')

  api.use((request, response, next) => answering(request, response, next))

  // GET /resolve?version=acme/model-registry/churn:production&at=2026-05-03T14:00:00Z
  api.get<object, object, undefined, { version: string; at?: string }>('/resolve', async ({ query }, response) => {
    await caughtUp(ledger)
    response.json(await ledger.at(query.at).resolve(query.version, question()))
  })

  // GET /history?of=acme/model-registry/churn&limit=50, and again with the answer's `cursor` for the next page
  api.get<object, object, undefined, { of?: string; limit?: string; cursor?: string }>(
    '/history',
    async ({ query: { of, limit, cursor } }, response) => {
      await caughtUp(ledger)
      response.json(await ledger.history({ of, cursor, limit: limitOf(limit), ...question() }))
    },
  )

  // POST /versions?name=acme/churn/model&type=model&as=model.bin with the bytes of the file as its body
  api.post<object, object, undefined, { name: string; type: string; as: string }>(
    '/versions',
    async (request, response) => {
      const { name, type, as } = request.query
      const content = { stream: request, as }
      response.json(written(await ledger.logArtifact({ name, type, content, ...command() })))
    },
  )

  // POST /aliases/production {"version": "acme/model-registry/churn:v3", "expect": 2, "reason": "…"}
  api.post<{ alias: string }, object, Move | undefined>(
    '/aliases/:alias',
    express.json(),
    async ({ params: { alias }, body }, response) => {
      const { version, expect, reason } = objectOf(body)
      response.json(written(await ledger.moveAlias({ version, alias, expect, reason, ...command() })))
    },
  )

  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    const { status, body } = answerTo(error)
    response.status(status).json(body)
  }
  api.use(onError) // behind the routes

  return api
}
