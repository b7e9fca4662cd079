import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstValueFrom } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { commands } from '../../domain/commands/catalogue.js'
import { LedgerError, openLedger, verifyExport } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { type Argument, call, METHODS, PAGES } from '../support/ledger-methods.js'
import { read, sourceFiles } from '../support/sources.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-arguments-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a ledger has besides the methods of `METHODS`. */
const ANSWERS = [
  'at',
  'behind',
  'damage',
  'watchPosition',
  'watch',
  'run',
  'waitFor',
  'rebuild',
  'progress',
  'close',
  'collectable',
  'verify',
  'exportEvents',
  'replay',
  'replayed',
  'events',
  'watchEvents',
  'consume',
  'diffMoments',
]
const QUESTIONS = Object.keys((await memoryLedger()).ledger.at())
const OTHER_WRITES = ['execute', 'collectGarbage', 'newDraft', 'importEvents']
const PATHS = [
  'content',
  'download',
  'useModel',
  'openFile',
  'newDraft',
  'resolve',
  'version',
  'versions',
  'artifact',
  'registeredModel',
]

const wrongFor = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? 42 : { wrong: true }

/** Everything that can be wrong with the members of an argument, and the member that is to be named. */
const mistakesIn = ({ required, optional = {} }: Argument): ReadonlyArray<readonly [given: unknown, names: string]> => {
  const without = (member: string) => Object.fromEntries(Object.entries(required).filter(([name]) => name !== member))
  return [
    ...[null, 42, 'text', [], () => undefined].map((given) => [given, ''] as const),
    ...Object.keys(required).map((name) => [without(name), name] as const),
    ...Object.entries({ ...required, ...optional }).map(
      ([name, value]) => [{ ...required, [name]: wrongFor(value) }, name] as const,
    ),
    [{ ...required, colour: 'red' }, 'colour'],
  ]
}

describe('every method that records', () => {
  it('stands in the table', async () => {
    const { ledger } = await memoryLedger()
    const others = [...ANSWERS, ...QUESTIONS, ...OTHER_WRITES, 'content', 'download', 'useModel', 'openFile']
    const methods = Object.keys(ledger).filter((name) => !others.includes(name))
    expect(methods.sort()).toEqual(Object.keys(METHODS).sort())
    await ledger.close()
  })

  it('is there for every command', () => {
    const text = sourceFiles()
      .filter((file) => file.startsWith('ledger/'))
      .map(read)
      .join('\n')
    expect(Object.keys(commands).filter((command) => !text.includes(`'${command}'`))).toEqual([])
  })

  it.each(Object.entries(METHODS))(
    '%s names what is missing, wrong or unknown, and records nothing',
    async (method, argument) => {
      const { ledger, events } = await memoryLedger()
      for (const [given, names] of mistakesIn(argument)) {
        const { code, message } = await rejection(call(ledger, method, given))
        expect(['invalid-input', 'invalid-command'], message).toContain(code)
        expect(message).toMatch(new RegExp(`(^|[ .])${names}.*: expected .+, got .+`))
      }
      expect(await events.head()()).toMatchObject({ right: 0 })
      await ledger.logArtifact({ name: 'cats', type: 'model', content: text('it goes on') })
      await ledger.close()
    },
  )

  it('answers what is no name, no path, no moment and no position in words as well', async () => {
    const { ledger } = await memoryLedger()
    for (const method of PATHS)
      for (const given of [undefined, 42, {}, '']) {
        expect((await rejection(call(ledger, method, given))).code, method).toBe('invalid-input')
      }
    for (const given of ['soon', {}, -1])
      expect((await rejection(call(ledger, 'waitFor', given))).code).toBe('invalid-input')
    for (const deadline of [Number.NaN, Infinity, -1, 'abc', '100', {}, new Date(0), null])
      expect(await rejection(call(ledger, 'waitFor', 9, deadline))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('expected a number of milliseconds, 0 or more, got'),
      })
    for (const within of [Number.NaN, Infinity, -1, 'abc', '100', {}, new Date(0), null])
      expect(await rejection(call(ledger, 'close', within))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('expected a number of milliseconds, 0 or more, got'),
      })
    for (const when of ['yesterday', 0.5, -1, 7]) {
      expect((await rejection(ledger.at(when).artifacts())).code).toBe('bad-moment')
    }
    const draft = await ledger.newArtifact({ name: 'cats', type: 'model' })
    expect(await rejection(draft.remove('nothing.txt'))).toMatchObject({ code: 'path-not-found' })
    expect(await rejection(draft.remove('../up'))).toMatchObject({ code: 'illegal-path' })
    await ledger.close()
  })
})

describe('every question that answers in pages', () => {
  it.each(Object.entries(PAGES))('%s names what is wrong or unknown', async (question, { of, ...argument }) => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    const ask = (given: unknown) => call(ledger, question, ...(of === undefined ? [] : [of]), given)
    const limits = [0, -1, 1.5, '10', Number.NaN, 2 ** 53].map((limit) => [{ limit }, 'limit'] as const)
    for (const [given, names] of [...mistakesIn(argument), ...limits, [{ cursor: '' }, 'cursor'] as const]) {
      const { code, message } = await rejection(ask(given))
      expect(code, message).toBe('invalid-input')
      expect(message).toMatch(new RegExp(`(^|[ .])${names}.*: expected .+, got .+`))
    }
    for (const cursor of ['garbled', 'e30', Buffer.from('["", 0, 0]').toString('base64url')]) {
      const { code, message } = await rejection(ask({ cursor }))
      expect({ code, message }).toEqual({
        code: 'bad-cursor',
        message: expect.stringMatching(/^the cursor: expected /),
      })
    }
    for (const given of [undefined, {}, { limit: undefined, cursor: undefined }, { limit: 2 ** 53 - 1 }]) {
      expect(await ask(given)).toMatchObject({ items: expect.any(Array) })
    }
    await ledger.close()
  })
})

describe('a ledger that only answers', () => {
  it('refuses every method that records, and answers', async () => {
    const stores = { events: memoryEventStore(), files: memoryFileStore() }
    const { ledger: writer } = await memoryLedger(stores)
    await writer.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    const { ledger } = await memoryLedger({ ...stores, readOnly: true })
    const head = await stores.events.head()()
    for (const [method, { required }] of Object.entries(METHODS)) {
      expect(await rejection(call(ledger, method, required)), method).toMatchObject({ code: 'read-only' })
    }
    expect(await rejection(ledger.execute({}))).toMatchObject({ code: 'read-only' })
    expect(await rejection(ledger.importEvents([]))).toMatchObject({ code: 'read-only' })
    expect(await rejection(ledger.newDraft('cats'))).toMatchObject({ code: 'read-only' })
    const refused = await rejection(ledger.collectGarbage(await ledger.collectable()))
    expect(refused).toMatchObject({ code: 'read-only', message: expect.stringContaining('readOnly') })
    expect(await rejection(ledger.run('r').finish())).toMatchObject({ code: 'read-only' })
    expect(await stores.events.head()()).toEqual(head)
    expect(await ledger.resolve('cats')).toMatchObject({ version: 0 })
    expect((await ledger.content('cats')).manifest).toHaveLength(1)
    await ledger.close()
  })
})

describe('a ledger that was closed', () => {
  const opened = {
    memory: () => ({ events: memoryEventStore(), files: memoryFileStore() }),
    directory: () => ({ directory: mkdtempSync(join(folder, 'closed-')) }),
  }
  it.each(Object.entries(opened))('says so to whoever uses it again (%s)', async (_, options) => {
    const ledger = await openLedger({ ...options(), actor: 'anna', entity: 'acme', project: 'animals' })
    const draft = await ledger.newArtifact({ name: 'cats', type: 'model' })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    await ledger.close()
    await ledger.close()
    const calls = [
      ...Object.entries(METHODS)
        .filter(([method]) => method !== 'newArtifact')
        .map(([method, { required }]) => [
          method,
          method.endsWith('Distributed') ? { ...required, distributedId: 'night' } : required,
        ]),
      ...PATHS.filter((name) => !['download', 'useModel', 'openFile'].includes(name)).map((name) => [name, 'cats']),
      ...['artifacts', 'runs', 'openDrafts', 'moment', 'collectable', 'verify', 'rebuild', 'progress'].map((name) => [
        name,
      ]),
      ['waitFor', 1],
      ['download', { version: 'cats', to: join(folder, 'never') }],
      ['useModel', { version: 'cats', to: join(folder, 'never') }],
      ['openFile', { version: 'cats', path: 'weights.txt' }],
    ] as const
    for (const [method, ...given] of calls) {
      const { code, message } = await rejection(call(ledger, String(method), ...given))
      expect(code, String(method)).toBe('closed')
      expect(message, String(method)).toMatch(/closed/)
    }
    expect((await rejection(draft.add(text('2')))).message).toMatch(/closed/)
  })
})

describe('openLedger', () => {
  const stores = () => ({ events: memoryEventStore(), files: memoryFileStore() })
  const wrong: ReadonlyArray<readonly [what: string, options: unknown, says: RegExp]> = [
    ['nothing', undefined, /\{directory\} or \{events, files\}/],
    ['no store', {}, /events: expected an event store/],
    // It takes no memory, and going through it to the end would.
    ['holes', { ...stores(), projections: new Array(2 ** 32 - 1) }, /projections: expected a list of projections/],
    [
      'what cannot be read',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
      /cannot be read: no|events: expected/,
    ],
    ['one store', { events: memoryEventStore() }, /files: expected a file store/],
    ['half an event store', { ...stores(), events: { append() {}, readAll() {} } }, /events: .* without appendAll/],
    ['half a file store', { ...stores(), files: { put() {}, open() {} } }, /files: .* without has/],
    ['what is no store', { ...stores(), events: {} }, /events: expected an event store/],
    ['an empty directory', { directory: '' }, /directory: expected the path of a folder/],
    ['a directory and a store', { directory: 'x', ...stores() }, /events: expected no such member/],
    ['an unknown option', { ...stores(), readonly: true }, /readonly: expected no such member/],
    ['an empty actor', { ...stores(), actor: '' }, /actor: expected the actor/],
    ['an illegal entity', { ...stores(), entity: 'a/b' }, /entity: expected the name of an entity/],
    ['an illegal project', { ...stores(), project: 'a:b' }, /project: expected the name of a project/],
    ['a deadline of nothing', { ...stores(), deadline: 0 }, /deadline: expected a number of milliseconds/],
    ['a clock without a hand', { ...stores(), clock: {} }, /clock: expected a clock/],
  ]
  it.each(wrong)('refuses %s', async (_, options, says) => {
    // As a caller without types would.
    const opening: unknown = Reflect.apply(openLedger, undefined, [options])
    const error = await Promise.resolve(opening).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(LedgerError)
    expect(error).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(says) })
  })

  it('says what is in the way, and makes nothing to be read only', async () => {
    const at = (name: string) => join(folder, name)
    writeFileSync(at('file'), 'f')
    mkdirSync(at('garbage'))
    writeFileSync(at('garbage/events.db'), 'no database'.repeat(100))
    mkdirSync(at('foreign/files'), { recursive: true })
    writeFileSync(at('foreign/files/mine'), 'm')
    const opened = (directory: string, more: object = {}) =>
      rejection(openLedger({ directory: at(directory), ...more }))
    expect(await opened('file')).toMatchObject({
      code: 'cannot-open',
      message: expect.stringContaining('cannot be made'),
    })
    expect(await opened('garbage')).toMatchObject({ code: 'not-an-event-store' })
    expect(await opened('foreign')).toMatchObject({ code: 'not-a-file-store' })
    expect(readdirSync(at('foreign'))).toEqual(['files'])
    await (await openLedger({ directory: at('ledger') })).close()
    for (const part of ['ledger/files', 'ledger/files/tmp/new']) {
      const refused = await opened(part)
      expect(refused).toMatchObject({ code: 'cannot-open', message: expect.stringContaining('name the folder above') })
    }
    expect(readdirSync(at('ledger/files'))).not.toContain('events.db')
    expect(readdirSync(at('ledger/files/tmp'))).toEqual([])
    const missing = await opened('missing', { readOnly: true })
    expect(missing).toMatchObject({ code: 'no-ledger', message: expect.stringContaining('there is no ledger') })
    expect(existsSync(at('missing'))).toBe(false)
  })
})

describe('a folder in which none can be made', () => {
  it('is refused, by whoever would make one', async () => {
    // On Linux this says of everything in it that it is not there; elsewhere nobody may make it.
    const place = '/proc/model-ledger-nowhere/deep'
    const opened = await rejection(openLedger({ directory: place }))
    expect(opened).toMatchObject({ code: 'cannot-open', message: expect.stringContaining('takes no directories') })
    const stored = await rejection(
      openLedger({ events: memoryEventStore(), files: directoryFileStore({ path: place }) }),
    )
    expect(stored).toMatchObject({ code: 'cannot-open' })
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    expect(await rejection(ledger.download({ version: 'cats', to: place }))).toMatchObject({ code: 'target-failed' })
    await ledger.close()
  })
})

describe('what is alive among the arguments', () => {
  const then = () => {
    throw new Error('then was looked at')
  }
  /** Lazy, iterable and thenable, as the query builders of databases are. */
  const lazy = (lines: ReadonlyArray<string>) => ({
    then,
    async *[Symbol.asyncIterator]() {
      yield* lines
    },
  })
  const listener = () => Object.assign(() => undefined, { then })
  const signal = () => Object.assign(new AbortController().signal, { then })

  it('is used as it is, also where it has a method "then"', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    const lines: string[] = []
    for await (const line of ledger.exportEvents()) lines.push(line)
    expect(await verifyExport(lazy(lines), listener())).toMatchObject({ events: 3 })
    const { ledger: copy } = await memoryLedger()
    expect(await copy.importEvents(lazy(lines), listener())).toMatchObject({ added: 3 })
    expect(await ledger.verify(listener())).toMatchObject({ events: 3 })
    expect(await ledger.rebuild(listener())).toMatchObject({ checkpoint: 3 })
    expect(await ledger.collectGarbage(await ledger.collectable(), listener())).toMatchObject({ deleted: 0 })
    expect(await firstValueFrom(ledger.watch(Object.assign(async () => 'answer', { then })))).toBe('answer')
    for (const replay of [
      ledger.replay({ signal: signal() }),
      oneStreamOf(ledger).replay({ of: 'cats', signal: signal() }),
    ]) {
      let steps = 0
      for await (const _ of replay) {
        if (++steps === 1) break
      }
      expect(steps).toBe(1)
    }
    await copy.close()
    await ledger.close()
  })

  it('is refused in words where it cannot be looked at any more', async () => {
    const revoked = () => {
      const { proxy, revoke } = Proxy.revocable(async () => undefined, {})
      revoke()
      return proxy
    }
    const { ledger } = await memoryLedger()
    for (const name of ['verify', 'rebuild', 'resolve', 'waitFor', 'importEvents', 'newDraft', 'close']) {
      expect(await rejection(call(ledger, name, revoked())), name).toMatchObject({ code: 'invalid-input' })
    }
    expect(await rejection(call({ verifyExport }, 'verifyExport', [], revoked()))).toMatchObject({
      code: 'invalid-input',
    })
    expect(await rejection(call(ledger, 'diffMoments', 0, revoked()))).toMatchObject({ code: 'bad-moment' })
    expect(await rejection(call(await call(ledger, 'run', revoked()), 'finish'))).toMatchObject({
      code: 'invalid-input',
    })
    expect(await rejection(firstValueFrom(ledger.watch(revoked())))).toMatchObject({ code: 'invalid-input' })
    await ledger.close()
  })

  it('is no date because it inherits from one', async () => {
    const { ledger } = await memoryLedger()
    const date: Date = Object.create(Date.prototype)
    expect(await rejection(ledger.at(date).moment())).toMatchObject({ code: 'bad-moment' })
    expect(await rejection(ledger.diffMoments(0, date))).toMatchObject({ code: 'bad-moment' })
    expect(await rejection(ledger.history({ until: date }))).toMatchObject({
      code: expect.stringMatching(/^(bad-moment|invalid-input)$/),
    })
    await ledger.close()
  })
})
