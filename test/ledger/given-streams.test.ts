/** Streams that are given to a ledger: whatever becomes of them, and of the call, the embedder's process goes on. */
import { spawnSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { type Ledger, LedgerError, operations, type Run } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

/** A stream that has something to give and then waits for ever. */
const endless = (): Readable => new Readable({ read: () => undefined })
const failing = (message: string): Readable => {
  const stream = endless()
  setImmediate(() => stream.destroy(new Error(message)))
  return stream
}
const named = { name: 'm', type: 'model' }

/** The methods whose argument may hold content: a new one without a row below is not compiled. */
type TakingContent<Methods> = {
  [K in keyof Methods]: Methods[K] extends (given: infer Given) => unknown
    ? string extends keyof Given
      ? never
      : 'content' extends keyof Given
        ? K
        : never
    : never
}[keyof Methods] &
  string
type Taker = TakingContent<Ledger> | `run.${TakingContent<Run>}` | 'draft.add'

/** Every method that takes streams, by a call that gives them; `null` makes its other arguments wrong. */
const TAKERS: Readonly<
  Record<Taker, (ledger: Ledger, streams: ReadonlyArray<Readable>, name: string | null) => Promise<unknown>>
> = {
  logArtifact: (ledger, streams, name) =>
    ledger.logArtifact({ ...named, name: name ?? '', content: contentOf(streams) }),
  upsertDistributed: (ledger, streams, name) =>
    ledger.upsertDistributed({ ...named, distributedId: name ?? '', content: contentOf(streams) }),
  commitDistributed: (ledger, streams, name) =>
    ledger.commitDistributed({ ...named, distributedId: name ?? '', content: contentOf(streams) }),
  linkModel: (ledger, streams, name) => ledger.linkModel({ to: name ?? '', content: contentOf(streams) }),
  'draft.add': async (ledger, streams, name) => {
    const draft = await ledger.newArtifact(named)
    return draft.add(contentOf(streams), name === null ? { overwrite: JSON.parse('1') } : {})
  },
  'run.logArtifact': (ledger, streams, name) =>
    ledger.run('r').logArtifact({ ...named, name: name ?? '', content: contentOf(streams) }),
  'run.upsertDistributed': (ledger, streams, name) =>
    ledger.run('r').upsertDistributed({ ...named, distributedId: name ?? '', content: contentOf(streams) }),
  'run.commitDistributed': (ledger, streams, name) =>
    ledger.run('r').commitDistributed({ ...named, distributedId: name ?? '', content: contentOf(streams) }),
  'run.linkModel': (ledger, streams, name) =>
    ledger.run('r').linkModel({ to: name ?? '', content: contentOf(streams) }),
}
const contentOf = (streams: ReadonlyArray<Readable>) => streams.map((stream, at) => ({ stream, as: `s${at}` }))

describe.each(Object.entries(TAKERS))('the streams that %s is given', (what, give) => {
  const opened = async (): Promise<Ledger> => {
    const { ledger } = await memoryLedger()
    if (what.startsWith('run.')) await ledger.startRun({ run: 'r' })
    return ledger
  }

  it('may fail before their turn, and are let go, more of them than are read at once', async () => {
    const ledger = await opened()
    const streams = [
      ...Array.from({ length: 12 }, endless),
      failing('the cable was pulled'),
      failing('another one'),
      endless(),
    ]
    // The eight that are read first give nothing: one of them fails in the end.
    setTimeout(() => streams[3]?.destroy(new Error('the line was cut')), 5)
    expect(await rejection(give(ledger, streams, 'n'))).toMatchObject({
      code: 'source-failed',
      message: expect.stringContaining('the line was cut'),
    })
    expect(streams.map(({ destroyed }) => destroyed)).toEqual(streams.map(() => true))
  })

  it('are let go when the call is refused before any is read', async () => {
    const ledger = await opened()
    const streams = [endless(), failing('the cable was pulled')]
    expect(await rejection(give(ledger, streams, null))).toMatchObject({ code: 'invalid-input' })
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true])
  })

  it.each<[string, (stream: Readable) => unknown]>([
    ['the content itself', (stream) => stream],
    ['a list in a list', (stream) => [[{ stream, as: 's' }]]],
    ['bytes', (stream) => [{ bytes: stream, as: 's' }]],
    ['a member that there is not', (stream) => [{ file: stream }]],
  ])('are let go where they do not belong: %s', async (_, content) => {
    const { ledger } = await memoryLedger()
    const stream = failing('too late')
    const given = JSON.parse('{"name":"m","type":"model"}')
    given.content = content(stream)
    expect(await rejection(ledger.logArtifact(given))).toMatchObject({ code: 'invalid-input' })
    expect(stream.destroyed).toBe(true)
    // Nobody else listens: a failure that comes now would end the process.
    await new Promise((resolve) => setTimeout(resolve, 5))
  })

  it('are told to have failed although they failed before the call', async () => {
    const ledger = await opened()
    const stream = endless().on('error', () => undefined)
    stream.destroy(new Error('the cable was pulled'))
    await new Promise((resolve) => stream.once('close', resolve))
    expect(await rejection(give(ledger, [stream], 'n'))).toMatchObject({ code: 'source-failed' })
  })

  it('are read to their end', async () => {
    const ledger = await opened()
    const streams = Array.from({ length: 20 }, (_, at) => Readable.from([Buffer.from(`${at}`)]))
    await give(ledger, streams, 'n')
    expect(streams.map(({ destroyed }) => destroyed)).toEqual(streams.map(() => true))
  })
})

describe('streams of other kinds', () => {
  it('an emitter that forgets that it failed is not taken for an empty file', async () => {
    const { ledger } = await memoryLedger()
    const forgetful = Object.assign(new EventEmitter(), {
      async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {},
    })
    const eight = Array.from({ length: 8 }, endless)
    const content = [...eight, forgetful].map((stream, at) => ({ stream, as: `s${at}` }))
    const logged = rejection(ledger.logArtifact({ ...named, content }))
    forgetful.emit('error', new Error('the cable was pulled'))
    for (const stream of eight) stream.push(null)
    expect(await logged).toMatchObject({
      code: 'source-failed',
      message: expect.stringContaining('the cable was pulled'),
    })
  })

  it('streams of the web are cancelled, and generators ended', async () => {
    const { ledger } = await memoryLedger()
    const ended: string[] = []
    const web = new ReadableStream<Uint8Array>({ cancel: () => void ended.push('web') })
    const generator = (async function* () {
      try {
        for (;;) yield Buffer.from('x')
      } finally {
        ended.push('generator')
      }
    })()
    await generator.next()
    const content = [web, generator].map((stream) => ({ stream, as: 's' }))
    await rejection(ledger.logArtifact({ ...named, name: 'not/a/legal/name', content }))
    await generator.next()
    expect(ended.toSorted()).toEqual(['generator', 'web'])
  })

  it('a stream that cannot be let go has no bearing on the answer', async () => {
    const { ledger } = await memoryLedger()
    const no = async (): Promise<never> => {
      throw new Error('no')
    }
    const ended = { next: async () => ({ done: true as const, value: undefined }), return: no }
    const stubborn = { ...ended, [Symbol.asyncIterator]: () => ended }
    expect(await ledger.logArtifact({ ...named, content: [{ stream: stubborn, as: 's' }] })).toMatchObject({
      version: 0,
    })
  })
})

describe('the request of an HTTP client', () => {
  it.each<[string, string, number, number, string]>([
    ['small and fine', '/m', 10, 200, 'acme/animals/m:v0'],
    ['large and fine', '/m', 3_000_000, 200, 'acme/animals/m:v0'],
    ['refused before it is read', '/illegal%20name', 10, 400, 'invalid-input'],
    ['large, and refused before it is read', '/illegal%20name', 3_000_000, 400, 'invalid-input'],
    ['large, and refused while it is read', '/full', 3_000_000, 507, 'file-store-failed'],
    ['large, and no export', '/import', 3_000_000, 507, 'not-an-export'],
  ])('can be answered when it is %s', async (_, path, size, status, said) => {
    const files = memoryFileStore()
    const full: FileStore = {
      ...files,
      put: (kind, source, progress) =>
        files.put(kind, source, (done) => {
          progress?.(done)
          if (kind === 'file' && path === '/full') throw new Error('no space left')
        }),
    }
    const { ledger } = await memoryLedger({ files: full })
    const server = createServer(async (request, response) => {
      const name = decodeURIComponent(request.url?.slice(1) ?? '')
      const content = [{ stream: request, as: 's' }]
      const call =
        path === '/import'
          ? ledger.importEvents(request).then(() => ({ path: '' }))
          : ledger.logArtifact({ name, type: 'model', content })
      const answer = await call.then(
        ({ path: version }) => [200, version] as const,
        (error: unknown) =>
          error instanceof LedgerError
            ? ([error.code === 'invalid-input' ? 400 : 507, error.code] as const)
            : ([500, String(error)] as const),
      )
      response.writeHead(answer[0]).end(answer[1])
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const sent = request({ port, path, method: 'POST' })
    // The body comes in two parts, the second after the answer where it is refused at once.
    sent.write(Buffer.alloc(size - 1))
    setImmediate(() => sent.end('x'))
    const [response]: IncomingMessage[] = await once(sent, 'response')
    expect([response?.statusCode, Buffer.concat((await response?.toArray()) ?? []).toString()]).toEqual([status, said])
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('a stream that was read before', () => {
  const bytes = () => [Buffer.from('the weights')]
  async function* each() {
    yield* bytes()
  }
  const once: Readonly<Record<string, () => AsyncIterable<Uint8Array>>> = {
    'of Node': () => Readable.from(bytes()),
    'of a request to be read from': () => Readable.from(bytes()).pipe(new PassThrough()),
    'of the web': () => new Blob(bytes()).stream(),
    'of a generator': each,
  }
  const content = (stream: AsyncIterable<Uint8Array>) => [{ stream, as: 'weights' }]

  it.each(Object.entries(once))('%s is refused, and never taken for an empty one', async (_, make) => {
    const { events, files } = await memoryLedger()
    let failures = 1
    const append: EventStore['append'] = (...given) =>
      failures-- > 0 ? TE.left({ _tag: 'unavailable', reason: 'for a moment' }) : events.append(...given)
    const { ledger } = await memoryLedger({ events: { ...events, append }, files })
    const command = { ...named, content: content(make()), commandId: 'once' }
    expect(await rejection(ledger.logArtifact(command))).toMatchObject({ code: 'unavailable' })
    for (let again = 0; again < 2; again++) {
      const refused = await rejection(ledger.logArtifact(command))
      expect(refused).toMatchObject({ code: 'source-failed', message: expect.stringContaining('give it anew') })
    }
    const stream = make()
    const twice = [...content(stream), { stream, as: 'copy' }]
    expect(await rejection(ledger.logArtifact({ ...named, content: twice }))).toMatchObject({ code: 'source-failed' })
    const anew = await ledger.logArtifact({ ...command, content: content(make()) })
    expect((await ledger.content(anew.path)).manifest).toMatchObject([{ path: 'weights', size: 11 }])
    await ledger.close()
  })

  it('to its end by somebody else is refused, too', async () => {
    const { ledger } = await memoryLedger()
    const stream = Readable.from(bytes())
    await stream.toArray()
    expect(await rejection(ledger.logArtifact({ ...named, content: content(stream) }))).toMatchObject({
      code: 'source-failed',
    })
    await ledger.close()
  })

  it('may be given again where it begins anew each time', async () => {
    const { ledger } = await memoryLedger()
    const stream = { [Symbol.asyncIterator]: each }
    const logged = await ledger.logArtifact({ ...named, content: [...content(stream), { stream, as: 'copy' }] })
    expect((await ledger.content(logged.path)).manifest).toMatchObject([{ size: 11 }, { size: 11 }])
    await ledger.close()
  })
})

describe('the stream of an export', () => {
  it.each<[string, (ledger: Ledger) => Promise<unknown>, object]>([
    [
      'fails',
      (ledger) => ledger.importEvents(failing('the cable was pulled')),
      { code: 'source-failed', message: expect.stringContaining('the cable was pulled') },
    ],
    ['is none', (ledger) => ledger.importEvents(Readable.from(['x\n'])), { code: 'not-an-export' }],
  ])('is let go when it %s', async (_, give, expected) => {
    const { ledger } = await memoryLedger()
    expect(await rejection(give(ledger))).toMatchObject(expected)
  })

  it('is let go when the ledger is only read', async () => {
    const { events, files } = await memoryLedger()
    const { ledger } = await memoryLedger({ events, files, readOnly: true })
    const stream = failing('the cable was pulled')
    expect(await rejection(ledger.importEvents(stream))).toMatchObject({ code: 'read-only' })
    expect(stream.destroyed).toBe(true)
  })
})

describe('a TaskEither', () => {
  it('that is not run yet has its streams listened to', async () => {
    const { ledger } = await memoryLedger()
    const stream = failing('the cable was pulled')
    const later = operations(ledger).logArtifact({ ...named, content: [{ stream, as: 's' }] })
    await new Promise((resolve) => stream.once('close', resolve))
    expect(E.isLeft(await later())).toBe(true)
    expect((await ledger.logArtifact({ ...named, content: text('x') })).version).toBe(0)
  })
})

describe('the process of an embedder', () => {
  it('goes on whatever streams do, while they wait for their turn and after', () => {
    const script = fileURLToPath(new URL('../../dist/test/support/ledger-streams.js', import.meta.url))
    const { stdout, stderr, status } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
    expect({ stdout, stderr, status }).toEqual({
      stdout: `${'source-failed\n'.repeat(6)}${'invalid-input\n'.repeat(2)}invalid-command\n${'invalid-input\n'.repeat(3)}going on\n`,
      stderr: '',
      status: 0,
    })
  })
})
