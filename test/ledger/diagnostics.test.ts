/** What is published on diagnostics channels, as whoever subscribes to them sees it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, it } from 'vitest'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { commands, decodeCommand } from '../../domain/commands/catalogue.js'
import { categoryOfCommand } from '../../domain/commands/command-stream.js'
import { type CommandMessage, channels, type LedgerOptions, openLedger, projection } from '../../index.js'
import { commandSamples } from '../support/command-samples.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { call } from '../support/ledger-methods.js'
import { endsOf, listening } from '../support/listening.js'
import { losing } from '../support/losing-store.js'

const folder = mkdtempSync(join(tmpdir(), 'diagnostics-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ignore = (): void => undefined

const certificatePath = fileURLToPath(new URL('../support/eventstoredb/localhost.crt', import.meta.url))
const keyPath = fileURLToPath(new URL('../support/eventstoredb/localhost.key', import.meta.url))

const inEnvelope = (command: object) => ({ commandId: 'c', actor: 'anna', command })

describe('a command that is watched', () => {
  it.each(Object.values(commandSamples))('is published whatever becomes of it: $type', async (sample) => {
    const { ledger } = await memoryLedger()
    const heard = await listening(() => ledger.execute(inEnvelope(sample)).catch(ignore))
    const decoded = decodeCommand(inEnvelope(sample))
    const category = E.isRight(decoded) ? categoryOfCommand(decoded.right.command) : undefined
    const [message, ...others] = endsOf(heard, 'command')
    expect(message).toMatchObject({ ledger: expect.any(String), type: sample.type, category, attempts: 1 })
    expect(others).toEqual([])
    expect(Object.keys(commandSamples).sort()).toEqual(Object.keys(commands).sort())
    await ledger.close()
  })

  it('says how it ended, and where its time went', async () => {
    const { ledger } = await memoryLedger()
    const version = { name: 'cats', type: 'model', content: text('a') }
    const heard = await listening(async () => {
      await ledger.logArtifact({ ...version, commandId: 'once' })
      await ledger.logArtifact({ ...version, commandId: 'once' })
      await ledger.tag({ version: 'cats:v0', tags: ['t'] })
      await ledger.tag({ version: 'cats:v0', tags: ['t'] })
      await ledger.moveAlias({ version: 'cats:v0', alias: 'best', expect: 7 }).catch(ignore)
      await ledger.execute({ command: { type: 'Sing' } }).catch(ignore)
    })
    expect(endsOf(heard, 'command')).toMatchObject([
      { type: 'LogArtifactVersion', category: 'artifact', outcome: 'changed', events: 3, position: 3 },
      { type: 'LogArtifactVersion', outcome: 'repeated' },
      { type: 'TagArtifactVersion', outcome: 'changed', events: 1, position: 4 },
      { type: 'TagArtifactVersion', outcome: 'unchanged' },
      { outcome: 'failed', error: { code: 'alias-expectation-failed', category: 'conflict' } },
      { type: null, outcome: 'failed', error: { code: 'invalid-command', category: 'invalid' }, attempts: 0 },
    ])
    for (const message of endsOf(heard, 'command')) {
      const { duration = 0, steps } = message as CommandMessage
      const spent = Object.values(steps ?? {}).reduce((sum, each) => sum + each, 0)
      expect(spent).toBeLessThanOrEqual(duration)
    }
    await ledger.close()
  })

  it('says how often it was decided, where others write to its stream', async () => {
    const store = memoryEventStore()
    let isFirst = true
    const { ledger, files } = await memoryLedger({
      events: {
        ...store,
        append: (stream, expected, events) => async () => {
          if (stream.startsWith('artifact-') && isFirst) {
            isFirst = false
            const other = await openLedger({ events: store, files, actor: 'b', entity: 'acme', project: 'animals' })
            await other.createArtifact({ name: 'cats', type: 'model' })
          }
          return store.append(stream, expected, events)()
        },
      },
    })
    const heard = await listening(() => ledger.logArtifact({ name: 'cats', type: 'model', content: text('a') }))
    expect(endsOf(heard, 'command')).toContainEqual(
      expect.objectContaining({ type: 'LogArtifactVersion', outcome: 'changed', attempts: 2, events: 2 }),
    )
    expect(endsOf(heard, 'append')).toContainEqual(
      expect.objectContaining({ category: 'artifact', error: { code: 'conflict', category: 'conflict' } }),
    )
    await ledger.close()
  })

  it('is published where it is refused because events are lost', async () => {
    const { ledger } = await memoryLedger({ events: losing(memoryEventStore()) })
    const heard = await listening(() => ledger.execute(inEnvelope(commandSamples.CreateArtifact)).catch(ignore))
    expect(endsOf(heard, 'command')).toMatchObject([
      {
        type: 'CreateArtifact',
        category: 'artifact',
        attempts: 0,
        error: { code: 'history-lost', category: 'damaged' },
      },
    ])
    await ledger.close()
  })

  it('is published also where the ledger gives it itself', async () => {
    const { ledger } = await memoryLedger()
    await ledger.upsertDistributed({ name: 'd', type: 'model', distributedId: 'x', content: text('a') })
    const heard = await listening(() => ledger.commitDistributed({ name: 'd', type: 'model', distributedId: 'x' }))
    expect(endsOf(heard, 'command')).toMatchObject([
      { type: 'CommitDistributed', category: 'draft', outcome: 'changed' },
      { type: 'LogArtifactVersion', category: 'artifact', outcome: 'changed' },
    ])
    await ledger.close()
  })

  it('begins in the context of its caller, and bound stores hold while it is at work', async () => {
    const { ledger } = await memoryLedger()
    const request = new AsyncLocalStorage<string>()
    const command = new AsyncLocalStorage<string>()
    const channel = tracingChannel<unknown, CommandMessage>(channels.command)
    const seen: unknown[] = []
    channel.start.bindStore(command, ({ type }) => `${type} of ${request.getStore()}`)
    const append = {
      start: () => seen.push(command.getStore()),
      end: ignore,
      asyncStart: ignore,
      asyncEnd: ignore,
      error: ignore,
    }
    tracingChannel(channels.append).subscribe(append)
    await Promise.all([
      request.run('one', () => ledger.startRun({ run: 'r1' })),
      request.run('two', () => ledger.startRun({ run: 'r2' })),
    ])
    tracingChannel(channels.append).unsubscribe(append)
    channel.start.unbindStore(command)
    expect(seen.sort()).toEqual(['StartRun of one', 'StartRun of two'])
    await ledger.close()
  })
})

describe('what else is watched', () => {
  it('are calls, appends, reads, catching up, snapshots and files, each with its end', async () => {
    const own = projection({
      name: 'own',
      version: 1,
      folds: ['RunStarted'],
      initial: () => 0,
      apply: (count) => count + 1,
    })
    const directory = join(folder, 'all')
    const heard = await listening(async () => {
      const options = { directory, actor: 'anna', entity: 'acme', project: 'animals', projections: [own] }
      const ledger = await openLedger(options)
      await ledger.startRun({ run: 'r' })
      await ledger.logArtifact({ name: 'cats', type: 'model', content: text('a') })
      await ledger.at(1).resolve('cats:v0').catch(ignore)
      await ledger.read(own)
      await ledger.rebuild()
      const { bytes } = await ledger.openFile({ version: 'cats', path: 'weights.txt' })
      for await (const piece of bytes) void piece
      const metrics = Array.from({ length: 1000 }, (_, loss) => ledger.summariseRun({ run: 'r', metrics: { loss } }))
      await Promise.all(metrics)
      await ledger.runs()
      await ledger.close()
    })
    const all = (channel: keyof typeof channels) => endsOf(heard, channel)
    expect(all('call')).toContainEqual(expect.objectContaining({ method: 'logArtifact', duration: expect.any(Number) }))
    expect(all('call')).toContainEqual(
      expect.objectContaining({ method: 'resolve', error: { code: 'not-found', category: 'not-found' } }),
    )
    expect(all('append')).toContainEqual(expect.objectContaining({ category: 'run', events: 1, position: 1 }))
    for (const of of ['head', 'stream', 'all']) expect(all('read')).toContainEqual(expect.objectContaining({ of }))
    const readModels = ['registry', 'lineage', 'audit']
    expect(all('catchUp')).toContainEqual(
      expect.objectContaining({ readModels, cause: 'catch-up', from: 0, to: null, events: 4 }),
    )
    expect(all('catchUp')).toContainEqual(expect.objectContaining({ readModels: ['own'], cause: 'rebuild', events: 4 }))
    expect(all('snapshot')).toContainEqual(
      expect.objectContaining({ operation: 'load', of: 'read-models', found: false }),
    )
    expect(all('snapshot')).toContainEqual(expect.objectContaining({ operation: 'save', of: 'read-models' }))
    expect(all('file')).toContainEqual(expect.objectContaining({ operation: 'put', kind: 'file', bytes: 1 }))
    expect(all('file')).toContainEqual(expect.objectContaining({ operation: 'open', kind: 'file', bytes: 1 }))
    // Each that begins ends, and each that failed said so before.
    for (const channel of new Set(heard.map((each) => each.channel))) {
      const count = (at: string) => heard.filter((each) => each.channel === channel && each.at === at).length
      expect(count('end'), channel).toBe(count('start'))
      expect(count('asyncStart'), channel).toBe(count('asyncEnd'))
      if (channel !== 'call') expect(count('asyncEnd'), channel).toBe(count('start'))
    }
  })

  it('is every method of a ledger, by its name', async () => {
    const { ledger } = await memoryLedger()
    const methods = Object.entries(ledger).flatMap(([name, member]) => (typeof member === 'function' ? [name] : []))
    const heard = await listening(async () => {
      for (const name of methods) await call(ledger, name).catch(ignore)
    })
    const told = heard.flatMap(({ channel, at, message }) =>
      channel === 'call' && at === 'start' ? [Reflect.get(message, 'method')] : [],
    )
    expect(methods.filter((name) => !told.includes(name))).toEqual([])
    await ledger.close()
  })

  it('is told apart by the id of the ledger', async () => {
    const [one, other] = [await memoryLedger(), await memoryLedger()]
    const heard = await listening(() => Promise.all([one.ledger.startRun(), other.ledger.startRun()]))
    const ids = await Promise.all([one, other].map(({ events }) => events.ledgerId()()))
    const told = endsOf(heard, 'command').map((message) => Reflect.get(message, 'ledger'))
    expect(told.sort()).toEqual(ids.map((id) => (E.isRight(id) ? id.right : undefined)).sort())
    await Promise.all([one, other].map(({ ledger }) => ledger.close()))
  })

  it('costs a call nothing that can be seen, and changes no answer', async () => {
    const { ledger } = await memoryLedger()
    const answers: unknown[] = []
    await listening(async () => {
      answers.push(await ledger.logArtifact({ name: 'cats', type: 'model', content: text('a') }))
      answers.push(await ledger.resolve('cats').catch(ignore))
    })
    expect(answers).toMatchObject([{ version: 0 }, { version: 0 }])
    await ledger.close()
  })
})

describe('a secret', () => {
  const SECRET = 'hunter2-5f0c'
  const secret = fc.constantFrom(SECRET, `https://user:${SECRET}@host/`, `--token=${SECRET}`)

  const log = (said: string) => ({
    name: 'cats',
    type: 'model',
    content: [
      { bytes: said, as: 'w' },
      { reference: `s3://key:${SECRET}@bucket/x`, digest: `sha256:${'0'.repeat(64)}`, size: 1, as: 'x' },
    ],
    metadata: { said },
    description: said,
  })

  const step = fc.tuple(
    fc.constantFrom('log', 'describe', 'run', 'metrics', 'link', 'alias', 'wrong', 'lost', 'download'),
    secret,
  )

  it('that is given in metadata, config, content, a URI or as the actor is in no message, and in no line of the log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
        const lines: unknown[] = []
        const line = (...said: unknown[]): void => void lines.push(said)
        const logger = { debug: line, info: line, warn: line, error: line }
        const options: Partial<LedgerOptions> = { logger, actor: SECRET, project: 'animals' }
        const heard = await listening(async () => {
          const { ledger } = await memoryLedger(options)
          for (const [what, said] of steps) {
            const by = { actor: said, reason: said, correlationId: said, onBehalfOf: said }
            const work: Readonly<Record<typeof what, () => Promise<unknown>>> = {
              log: () => ledger.logArtifact({ ...log(said), ...by }),
              describe: () => ledger.describe({ version: 'cats:v0', metadata: { said }, ...by }),
              run: () => ledger.startRun({ run: 'r', config: { said }, ...by }),
              metrics: () => ledger.summariseRun({ run: 'r', metrics: { said }, ...by }),
              link: () => ledger.link({ version: 'cats:v0', to: 'churn', ...by }),
              alias: () => ledger.moveAlias({ version: 'cats:v0', alias: said, ...by }),
              wrong: () => ledger.execute({ commandId: said, actor: said, command: { type: said, said } }),
              lost: () => ledger.resolve(`${said}:${said}`),
              download: () => ledger.download({ version: 'cats:v0', to: join(folder, SECRET) }),
            }
            await work[what]().catch(ignore)
          }
          await ledger.rebuild()
          await ledger.close()
        })
        expect(heard.length).toBeGreaterThan(0)
        expect(JSON.stringify(heard)).not.toContain(SECRET)
        expect(lines.length).toBeGreaterThan(0)
        expect(JSON.stringify(lines)).not.toContain(SECRET)
      }),
      { numRuns: 20 },
    )
  })

  it('that stands in the connection string of EventStoreDB is in no message and no line, though the server goes away', async () => {
    const login = { username: 'anna', password: `${SECRET}/?@` }
    const standIn = await StandIn.start({
      secured: { certificate: readFileSync(certificatePath), key: readFileSync(keyPath), login },
    })
    const written = `${login.username}:${encodeURIComponent(login.password)}@`
    const connection = `${standIn.connectionString(written)}&tlsCAFile=${encodeURIComponent(certificatePath)}`
    const events = (string: string) => eventStoreDb(string, { timeout: 500, patience: 1000 })
    const lines: object[] = []
    const line = (...said: unknown[]): void => void lines.push(said)
    const logger = { debug: line, info: line, warn: line, error: line }
    const heard = await listening(async () => {
      await memoryLedger({ events: events(connection.replace('tlsCAFile', 'unknown')), logger }).catch(ignore)
      const { ledger } = await memoryLedger({ events: events(connection), logger })
      await ledger.startRun({ run: 'r' })
      await ledger.runs()
      await standIn.refuse()
      expect(await rejection(ledger.runs())).toMatchObject({ code: 'unavailable' })
      await rejection(ledger.startRun({ run: 's' }))
      await standIn.accept()
      await ledger.startRun({ run: 't' })
      await ledger.close()
    })
    await standIn.stop()
    expect(endsOf(heard, 'call')).toContainEqual(
      expect.objectContaining({ method: 'runs', error: { code: 'unavailable', category: 'unavailable' } }),
    )
    expect(JSON.stringify(lines)).toContain('store-unavailable')
    const base64 = Buffer.from(`${login.username}:${login.password}`).toString('base64')
    for (const secret of [SECRET, base64]) {
      expect(inspect([heard, lines], { depth: 9, maxArrayLength: null, maxStringLength: null })).not.toContain(secret)
    }
  })
})
