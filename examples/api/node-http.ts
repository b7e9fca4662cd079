/** A registry behind an HTTP API of one's own, with nothing but Node. Started by `main.ts`. */
import { createServer, type IncomingMessage } from 'node:http'
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
  Refusal,
  type Serving,
  written,
} from './shared.js'

export const serve = (ledger: Ledger, port: number, grace = GRACE): Promise<Serving> => {
  const answer = router(ledger)
  const http = createServer((request, response) =>
    answering(request, response, async () => {
      const { status, body } = await answer(request).then((body) => ({ status: 200, body }), answerTo)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }),
  )
  return listening(http, port, grace)
}

const router =
  (ledger: Ledger) =>
  async (request: IncomingMessage): Promise<object> => {
    const { route, part, query } = addressOf(request)
    switch (`${request.method} /${route}`) {
      // GET /resolve?version=acme/model-registry/churn:production&at=2026-05-03T14:00:00Z
      case 'GET /resolve':
        await caughtUp(ledger)
        return ledger.at(query('at')).resolve(query('version') ?? '', question())

      // GET /history?of=acme/model-registry/churn&limit=50, and again with the answer's `cursor` for the next page
      case 'GET /history':
        await caughtUp(ledger)
        return ledger.history({
          of: query('of'),
          cursor: query('cursor'),
          limit: limitOf(query('limit')),
          ...question(),
        })

      // POST /versions?name=acme/churn/model&type=model&as=model.bin with the bytes of the file as its body
      case 'POST /versions': {
        const content = { stream: request, as: query('as') ?? '' }
        const [name, type] = [query('name') ?? '', query('type') ?? '']
        return written(await ledger.logArtifact({ name, type, content, ...command() }))
      }

      // POST /aliases/production {"version": "acme/model-registry/churn:v3", "expect": 2, "reason": "…"}
      case 'POST /aliases': {
        const { version, expect, reason } = objectOf(await jsonOf(request))
        return written(await ledger.moveAlias({ version, alias: part, expect, reason, ...command() }))
      }

      default:
        throw new Refusal(404, 'nothing is there')
    }
  }

const addressOf = ({ url = '' }: IncomingMessage) => {
  try {
    const { pathname, searchParams } = new URL(url, 'http://host')
    const [, route, part = ''] = pathname.split('/').map(decodeURIComponent)
    return { route, part, query: (name: string) => searchParams.get(name) ?? undefined }
  } catch {
    throw new Refusal(400, 'the address is none')
  }
}

const MAX_BODY_BYTES = 100_000

const jsonOf = async (request: IncomingMessage): Promise<Move | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) throw new Refusal(413, `a body is to have at most ${MAX_BODY_BYTES} bytes`)
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, 'the body is no JSON, or broke off')
  }
}
