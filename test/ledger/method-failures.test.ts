/** What a method can be refused with where that is less than everything: its type says so, and nothing else comes. */
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { type EventStore, EventStoreError, type StoredEvent } from '../../domain/ports/event-store.js'
import {
  type Fault,
  type Ledger,
  type LedgerError,
  type MethodFailures,
  type Moment,
  openLedger,
  operations,
  projection,
} from '../../index.js'
import { text } from '../support/ledger-memory.js'
import { call } from '../support/ledger-methods.js'

const STORE = ['unavailable', 'closed', 'damaged-store', 'damaged-event', 'projection-failed', 'not-reached'] as const
const READ = [...STORE, 'aborted', 'invalid-input'] as const
const MOMENT = [...READ, 'bad-moment'] as const
const NAMED = [...MOMENT, 'not-found', 'ambiguous-name'] as const
const VERSION = [...NAMED, 'version-not-found', 'version-deleted', 'link-removed'] as const
const LISTED = [...NAMED, 'bad-cursor'] as const
const NEVER = ['file-missing', 'file-damaged', 'source-failed', 'bad-clock', 'files-of-another-ledger'] as const
const FILES = [...NEVER, 'file-store-failed'] as const
const CODES = {
  moment: MOMENT,
  openDrafts: MOMENT,
  artifact: NAMED,
  registeredModel: NAMED,
  runDetails: NAMED,
  resolve: VERSION,
  version: VERSION,
  entities: [...MOMENT, 'bad-cursor'],
  projects: [...MOMENT, 'bad-cursor'],
  artifactTypes: LISTED,
  artifacts: LISTED,
  artifactsByTag: LISTED,
  registeredModels: LISTED,
  registeredModelsByTag: LISTED,
  runs: LISTED,
  versions: LISTED,
  search: LISTED,
  waitFor: READ,
  rebuild: READ,
  progress: READ,
  lineage: [...VERSION, 'not-in-lineage', 'bad-cursor'],
  paths: [...VERSION, 'not-in-lineage', 'bad-cursor'],
  history: [...VERSION, 'bad-cursor'],
  aliasHistory: LISTED,
  diffMoments: MOMENT,
  read: MOMENT,
  verify: ['unavailable', 'closed', 'damaged-store', 'damaged-event', 'aborted', 'invalid-input', ...FILES],
} as const satisfies Record<keyof MethodFailures, ReadonlyArray<string>>

const COUNT = projection({ name: 'count', version: 1, folds: ['AliasMoved'], initial: () => 0, apply: (n) => n + 1 })
const THROWING = projection({
  ...{ name: 'throwing', version: 1, folds: ['AliasMoved'], initial: () => 0 },
  apply: () => {
    throw new Error('it cannot')
  },
})

/** What each is given: what is right, and what is not. */
const GIVEN: Readonly<Record<keyof MethodFailures, ReadonlyArray<ReadonlyArray<unknown>>>> = {
  moment: [[], [{ signal: AbortSignal.abort() }], [{ signal: 7 }]],
  openDrafts: [[]],
  artifact: [['cats'], ['dogs'], ['a/b/c/d'], [7]],
  registeredModel: [['pets'], ['dogs'], [7]],
  runDetails: [['r'], ['a/b/c/d'], [7]],
  resolve: [['cats'], ['dogs'], ['cats:v9'], ['cats:v0'], ['pets:v0'], ['both'], ['cats:v1:v2'], [7]],
  version: [['cats'], ['dogs'], ['cats:v9'], ['both'], [7]],
  entities: [[], [{ cursor: 'no' }], [{ limit: 0 }]],
  projects: [[], [{ cursor: 'no' }], [{ limit: 0 }]],
  artifactTypes: [[], [{ cursor: 'no' }], [{ project: 'a/b/c' }], [{ limit: 0 }]],
  artifacts: [[], [{ cursor: 'no' }], [{ project: 'a/b/c' }], [{ where: 'a and' }], [{ limit: 0 }]],
  artifactsByTag: [[], [{ cursor: 'no' }], [{ where: 'a and' }]],
  registeredModels: [[], [{ cursor: 'no' }], [{ registry: 'a/b/c' }], [{ where: 'a and' }]],
  registeredModelsByTag: [[], [{ cursor: 'no' }], [{ where: 'a and' }]],
  runs: [[], [{ cursor: 'no' }], [{ project: 'a/b/c' }], [{ where: 'a and' }]],
  versions: [['cats'], ['dogs'], ['both'], ['cats', { cursor: 'no' }], ['cats', { limit: 0 }], [7]],
  search: [[], [{ cursor: 'no' }], [{ project: 'a/b/c' }], [{ where: 'a and' }], [{ limit: 0 }]],
  waitFor: [[1, 0], [99, 0], ['soon'], [1, 'long']],
  rebuild: [[], ['no']],
  progress: [[]],
  lineage: [
    [{ of: 'cats' }],
    ...[{ of: 'dogs:v0' }, { of: 'both:v0' }, { of: 'cats:v0' }, { of: 'cats:v9' }, { of: 'pets:v0' }].map((of) => [
      of,
    ]),
    [{ of: { draft: 'cats', distributedId: 'd', generation: 1 } }],
    [{ of: { run: 'a/b/c/d' } }],
    [{ of: 'cats:v1', cursor: 'no' }],
    [{}],
  ],
  paths: [
    [{ from: 'cats:v1', to: { run: 'r' } }],
    [{ from: 'cats:v1', to: 'cats:v1', cursor: 'no' }],
    [{ from: 'both:v0', to: 'cats:v9' }],
    [{ from: 'cats:v1' }],
  ],
  history: [
    [],
    ...['dogs', 'both', 'cats:v9', 'cats:v0', 'pets:v0', 'a/b/c/d'].map((of) => [{ of }]),
    [{ of: 'cats', cursor: 'no' }],
    [{ of: 'cats', signal: AbortSignal.abort() }],
    [{ until: 99 }],
    [{ limit: 0 }],
  ],
  aliasHistory: [
    ...['cats', 'dogs', 'both', 'pets', 'a/b/c/d', 'cats:v9'].map((of) => [{ of }]),
    [{ of: 'cats', cursor: 'no' }],
    [{ of: 'cats', from: 'soon' }],
    [{}],
  ],
  diffMoments: [[0], [0, 1], [0, 99], ['soon'], [0, 1, { signal: AbortSignal.abort() }], [0, 1, { signal: 7 }]],
  read: [
    [COUNT],
    [COUNT, () => () => 1],
    [COUNT, 'no'],
    [THROWING],
    [{ ...COUNT, name: 'other' }],
    [COUNT, undefined, { signal: 7 }],
  ],
  verify: [[], ['no'], [undefined, { contents: 'no' }], [undefined, { signal: AbortSignal.abort() }]],
}

const alike = { actor: 'anna', entity: 'acme', project: 'animals' }
const written = async (): Promise<EventStore> => {
  const events = memoryEventStore()
  const ledger = await openLedger({
    ...alike,
    events: { ...events, close: async () => undefined },
    files: memoryFileStore(),
  })
  const log = (name: string, bytes: string) => ledger.logArtifact({ name, type: 'model', content: text(bytes) })
  for (const name of ['cats', 'both']) await log(name, '1')
  await ledger.link({ version: 'acme/animals/both:v0', to: 'both' })
  await ledger.link({ version: 'acme/animals/both:v0', to: 'pets' })
  await ledger.unlink({ version: 'acme/model-registry/pets:v0' })
  await log('cats', '2')
  await ledger.deleteVersion({ version: 'cats:v0' })
  await ledger.close()
  return { ...events, close: async () => undefined }
}

const broken = { _tag: 'file-store-failed', operation: 'read', reason: 'the disk is gone' } as const
const unavailable = { _tag: 'unavailable', reason: 'it is away' } as const
/** A store as it is, or as something is wrong with it. */
const STORES: Readonly<Record<string, (store: EventStore) => EventStore>> = {
  well: (store) => store,
  damaged: (store) => ({
    ...store,
    readAll: async function* (after) {
      const spoiled = (event: StoredEvent): StoredEvent => ({ ...event, data: '[]' })
      for await (const page of store.readAll(after)) yield page.map(spoiled)
    },
  }),
  torn: (store) => ({
    ...store,
    readAll: async function* () {
      yield* []
      throw new EventStoreError('damaged', 'a page is torn')
    },
  }),
  away: (store) => ({ ...store, head: () => TE.left(unavailable) }),
}

const codesOf = (name: string): ReadonlyArray<string> => {
  const all: Readonly<Record<string, ReadonlyArray<string>>> = CODES
  return all[name] ?? []
}

const codeOf = async (answer: Promise<unknown>): Promise<string | undefined> => {
  try {
    await answer
    return undefined
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
  }
}

describe('a method that names what it can be refused with', () => {
  it('is given its type by it, as a TaskEither', async () => {
    type Listed = { readonly [Name in keyof typeof CODES]: (typeof CODES)[Name][number] }
    type Told = { readonly [Name in keyof MethodFailures]: MethodFailures[Name]['_tag'] }
    expectTypeOf<Listed>().toEqualTypeOf<Told>()

    const ledger = await openLedger({ ...alike, events: memoryEventStore(), files: memoryFileStore() })
    const { moment, at } = operations(ledger)
    const now = await moment()()
    expectTypeOf(now).toEqualTypeOf<E.Either<LedgerError<MethodFailures['moment'] | Fault>, Moment>>()
    expectTypeOf(await at(0).moment()()).toEqualTypeOf(now)
    if (E.isLeft(now)) expectTypeOf(now.left.code).toEqualTypeOf<(typeof MOMENT)[number] | 'fault'>()
    // @ts-expect-error: a moment is not refused so
    if (E.isLeft(now)) expect(now.left.code === 'version-not-found').toBe(false)
    await ledger.close()
  })

  it('is refused with nothing else', async () => {
    const store = await written()
    const others: string[] = []
    const seen = new Set<string>()
    const ask = async (of: Ledger | ReturnType<Ledger['at']>, where: string): Promise<void> => {
      for (const [name, all] of Object.entries(GIVEN)) {
        if (!(name in of)) continue
        const codes = codesOf(name)
        for (const given of all) {
          const code = await codeOf(call(of, name, ...given))
          if (code === undefined) continue
          seen.add(code)
          if (!codes.includes(code)) others.push(`${where}: ${name}(${JSON.stringify(given)}) ${code}`)
        }
      }
    }
    for (const [what, made] of Object.entries(STORES)) {
      const files = { ...memoryFileStore(), ledgers: () => TE.left(broken) }
      const ledger = await openLedger({
        ...{ ...alike, events: made(store), files, readOnly: true },
        projections: [COUNT, THROWING],
      })
      await ask(ledger, what)
      for (const when of [1, 'soon', 99]) await ask(ledger.at(when), `${what} at ${when}`)
      await ledger.close()
      if (what === 'well') await ask(ledger, 'closed')
    }
    expect(others).toEqual([])
    // All but what a file store answers other calls with: of all of them it has one type.
    const possible = new Set(Object.values(CODES).flat())
    expect([...possible].filter((code) => !seen.has(code))).toEqual(NEVER)
  })
})
