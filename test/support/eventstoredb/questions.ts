/**
 * What the stand-in is asked with every test run, and a real server by hand: so that the tests of the adapter run on one
 * that answers as the real ones do. What was `seen` was answered so by EventStoreDB 23.10.6, and where it differs by
 * KurrentDB 25.0.0; the rest follows from the source of the server.
 */
import type { Position } from '@eventstore/db-client'
import { LedgerClient } from '../../../adapters/eventstoredb/client.js'
import type { Connection } from '../../../adapters/eventstoredb/connection-string.js'
import { Asking, type Batched } from './asking.js'

export interface Question {
  readonly about: string
  readonly ask: (asking: Asking) => Promise<string>
  readonly expected: string
  /** Where servers since 25.0 answer otherwise. */
  readonly since25?: string
  readonly known: 'seen' | 'source'
}

const ask = (known: Question['known'], about: string, how: Question['ask'], expected: string, since25?: string) => ({
  ...{ about, ask: how, expected, known },
  ...(since25 === undefined ? {} : { since25 }),
})

/** Asks after three events, `abc`, were appended. */
const afterThree =
  (how: Question['ask']): Question['ask'] =>
  async (asking) => {
    await asking.append('none', 'abc')
    return how(asking)
  }

/** What several were answered, one after another. */
const each = async (...answers: ReadonlyArray<() => Promise<string>>): Promise<string> => {
  const all: string[] = []
  for (const answer of answers) all.push(await answer())
  return all.join('; ')
}

const APPENDING: ReadonlyArray<Question> = [
  ask('seen', 'the first event of a stream', (on) => on.append('none', 'a'), 'at 0'),
  ask('seen', 'three at once', (on) => on.append('none', 'abc'), 'at 2'),
  ask(
    'seen',
    'more, at the last revision',
    afterThree((on) => on.append(2, 'de')),
    'at 4',
  ),
  ask(
    'source',
    'more, at a stream that must be there',
    afterThree((on) => on.append('some', 'd')),
    'at 3',
  ),
  ask(
    'seen',
    'the same again',
    afterThree((on) => on.append('none', 'abc')),
    'at 2',
  ),
  ask(
    'seen',
    'the first of the same again',
    afterThree((on) => on.append('none', 'ab')),
    'at 1',
  ),
  ask(
    'seen',
    'the last of the same again',
    afterThree((on) => on.append(0, 'bc')),
    'at 2',
  ),
  ask(
    'seen',
    'the same and one more',
    afterThree((on) => on.append('none', 'abcd')),
    'conflict, last is 2',
  ),
  ask(
    'seen',
    'the last of the same and one more',
    afterThree((on) => on.append(1, 'cd')),
    'conflict, last is 2',
  ),
  ask(
    'seen',
    'the same in another order',
    afterThree((on) => on.append('none', 'bac')),
    'conflict, last is 2',
  ),
  ask(
    'source',
    'the same at the end',
    afterThree((on) => on.append(2, 'abc')),
    'at 5',
  ),
  ask(
    'seen',
    'the same in another stream',
    afterThree((on) => on.append('none', 'abc', {}, `${on.prefix}b-1`)),
    'at 2',
  ),
  ask(
    'seen',
    'others where there is a stream',
    afterThree((on) => on.append('none', 'x')),
    'conflict, last is 2',
  ),
  ask(
    'seen',
    'others before the end',
    afterThree((on) => on.append(1, 'x')),
    'conflict, last is 2',
  ),
  ask(
    'seen',
    'others behind the end',
    afterThree((on) => on.append(7, 'x')),
    'conflict, last is 2',
  ),
  ask('seen', 'at a revision of no stream', (on) => on.append(0, 'x'), 'conflict, no stream'),
  ask('source', 'at a stream that must be there and is not', (on) => on.append('some', 'x'), 'conflict, no stream'),
]

const READING: ReadonlyArray<Question> = [
  ask('seen', 'a stream that is not there', (on) => on.read(), 'stream-not-found'),
  ask(
    'seen',
    'from the start',
    afterThree((on) => on.read()),
    '0 1 2',
  ),
  ask(
    'seen',
    'from a revision',
    afterThree((on) => on.read({ from: 1 })),
    '1 2',
  ),
  ask(
    'seen',
    'so many',
    afterThree((on) => on.read({ from: 1, count: 1 })),
    '1',
  ),
  ask(
    'seen',
    'from behind the end',
    afterThree((on) => on.read({ from: 9 })),
    'nothing',
  ),
  ask(
    'seen',
    'backwards from the end',
    afterThree((on) => on.read({ backwards: true, count: 2 })),
    '2 1',
  ),
  ask(
    'seen',
    'backwards from a revision',
    afterThree((on) => on.read({ backwards: true, from: 1 })),
    '1 0',
  ),
]

const softDeleted = (how: Question['ask']) =>
  afterThree(async (on) => {
    await on.remove('soft')
    return how(on)
  })
const tombstoned = (how: Question['ask']) =>
  afterThree(async (on) => {
    await on.remove('for good')
    return how(on)
  })
const limited = (limits: Parameters<Asking['limit']>[0], how: Question['ask']) =>
  afterThree(async (on) => {
    await on.limit(limits)
    return how(on)
  })

const DELETING: ReadonlyArray<Question> = [
  ask(
    'seen',
    'a soft delete',
    afterThree((on) => on.remove('soft')),
    'done',
  ),
  ask('source', 'a soft delete of what is not there', (on) => on.remove('soft'), 'conflict, last is -1'),
  ask(
    'source',
    'a soft delete at another revision',
    afterThree((on) => on.remove('soft', 1)),
    'conflict, last is 2',
  ),
  ask(
    'seen',
    'a read after a soft delete',
    softDeleted((on) => on.read()),
    'stream-not-found',
  ),
  ask(
    'seen',
    'metadata after a soft delete',
    softDeleted((on) => on.limits()),
    '$tb 2^63-1',
  ),
  ask(
    'seen',
    'an append at none after it',
    softDeleted((on) => on.append('none', 'x')),
    'at 3',
  ),
  ask(
    'source',
    'an append at the old end after it',
    softDeleted((on) => on.append(2, 'x')),
    'at 3',
  ),
  ask(
    'source',
    'an append of the same after it',
    softDeleted((on) => on.append('none', 'abc')),
    'at 2',
  ),
  ask(
    'seen',
    'what is there after a soft delete and an append',
    softDeleted((on) =>
      each(
        () => on.append('none', 'xy'),
        () => on.read(),
        () => on.limits(),
      ),
    ),
    'at 4; 3 4; $tb 3',
  ),
  ask(
    'source',
    'metadata that are written after a soft delete, once and once more',
    softDeleted((on) =>
      each(
        () => on.limit({}),
        () => on.limits(),
        () => on.limit({}),
        () => on.read(),
      ),
    ),
    'done; $tb 3; done; 0 1 2',
  ),
  ask(
    'seen',
    '$all after a soft delete',
    softDeleted((on) => on.follow()),
    'confirmed 0 1 2 caught up',
  ),
  ask(
    'seen',
    'a tombstone',
    afterThree((on) => on.remove('for good')),
    'done',
  ),
  ask(
    'seen',
    'a read after a tombstone',
    tombstoned((on) => on.read()),
    'stream-deleted (9)',
  ),
  ask(
    'seen',
    'an append after a tombstone',
    tombstoned((on) => on.append('none', 'x')),
    'stream-deleted (9)',
  ),
  ask(
    'seen',
    'an append at the end after it',
    tombstoned((on) => on.append(2, 'x')),
    'stream-deleted (9)',
  ),
  ask(
    'source',
    'metadata after a tombstone',
    tombstoned((on) => on.limits()),
    'stream-deleted (9)',
  ),
  ask(
    'source',
    'another tombstone',
    tombstoned((on) => on.remove('for good')),
    'stream-deleted (9)',
  ),
  ask(
    'seen',
    '$all after a tombstone',
    tombstoned((on) => on.follow()),
    'confirmed 0 1 2 $streamDeleted caught up',
  ),
  ask(
    'seen',
    'the revision of a tombstone',
    tombstoned(async (on) => `${(await on.followed()).revisions.at(-1)}`),
    '9223372036854775807',
  ),
  ask(
    'seen',
    'cut off by $tb',
    limited({ truncateBefore: 2 }, (on) => on.read()),
    '2',
  ),
  ask(
    'seen',
    'cut off by $maxCount',
    limited({ maxCount: 1 }, (on) => on.read()),
    '2',
  ),
  ask(
    'source',
    'cut off as a whole by $tb',
    limited({ truncateBefore: 99 }, (on) => on.read()),
    'nothing',
  ),
  ask(
    'source',
    'an append at none to what is cut off',
    limited({ truncateBefore: 99 }, (on) => on.append('none', 'x')),
    'conflict, last is 2',
  ),
  ask(
    'source',
    'an append at the end of what is cut off',
    limited({ maxCount: 1 }, (on) => on.append(2, 'x')),
    'at 3',
  ),
]

/** Somewhere near the second of three events. */
const near = (away: bigint, how: (on: Asking, place: Position) => Promise<string>) =>
  afterThree(async (on) => {
    const { commit, prepare } = (await on.followed()).events[1] ?? { commit: 0n, prepare: 0n }
    return how(on, { commit: commit + away, prepare: prepare + away })
  })
const BEYOND = 2n ** 50n
const NO_PLACE = '2 UNKNOWN: Unexpected ReadAllResult: Error'
const INVALID = '3 INVALID_ARGUMENT: Trying to read from an invalid position.'

/** Many events that no filter of this question lets through, then three that it does. */
const afterMany =
  (how: Question['ask']): Question['ask'] =>
  async (on) => {
    for (let done = 0; done < 10; done++) {
      const many = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index)).join('')
      await on.append('none', many, {}, `another-${on.prefix}${done}`)
    }
    return afterThree(how)(on)
  }

const PLACES: ReadonlyArray<Question> = [
  ask(
    'seen',
    'a subscription from the start',
    afterThree((on) => on.follow()),
    'confirmed 0 1 2 caught up',
  ),
  ask(
    'seen',
    'one from an event',
    near(0n, (on, at) => on.follow(at)),
    'confirmed 2 caught up',
  ),
  ask(
    'seen',
    'one from between',
    near(1n, (on, at) => on.follow(at)),
    '2 UNKNOWN: Exception was thrown by handler.',
    INVALID,
  ),
  ask(
    'source',
    'one from behind the end',
    near(BEYOND, (on, at) => on.follow(at)),
    'confirmed caught up',
  ),
  ask(
    'source',
    'a read from an event',
    near(0n, (on, from) => on.readAll({ from })),
    '1',
  ),
  ask(
    'seen',
    'one from between',
    near(1n, (on, from) => on.readAll({ from })),
    NO_PLACE,
    INVALID,
  ),
  ask(
    'source',
    'one from behind the end',
    near(BEYOND, (on, from) => on.readAll({ from })),
    'nothing',
  ),
  ask(
    'seen',
    'one backwards from an event',
    near(0n, (on, from) => on.readAll({ from, backwards: true })),
    '0',
  ),
  ask(
    'source',
    'one backwards from between',
    near(1n, (on, from) => on.readAll({ from, backwards: true })),
    NO_PLACE,
    INVALID,
  ),
  ask(
    'seen',
    'one backwards from behind the end',
    near(BEYOND, (on, from) => on.readAll({ from, backwards: true })),
    NO_PLACE,
    INVALID,
  ),
  ask(
    'seen',
    'checkpoints on the way through the events of others',
    afterMany(async (on) => {
      const { checkpoints } = await on.followed()
      const odd = checkpoints.filter(({ commit, prepare }) => commit !== prepare)
      return `${checkpoints.length >= 8 ? 'many' : checkpoints.length}, ${odd.length > 0 ? 'of which some' : 'none'} have another prepare than commit`
    }),
    'many, of which some have another prepare than commit',
  ),
  ask(
    'seen',
    'a subscription from a checkpoint',
    afterMany(async (on) => {
      const { checkpoints } = await on.followed()
      const answers = await Promise.all(checkpoints.slice(-8, -1).map((place) => on.follow(place)))
      return [...new Set(answers)].join('; ')
    }),
    'confirmed 0 1 2 caught up',
  ),
]

const MIB = 1024 * 1024
const TOO_BIG = 'maximum-append-size-exceeded (3)'

const SIZES: ReadonlyArray<Question> = [
  ask('seen', 'data of 1 MiB', (on) => on.append('none', 'a', { data: MIB }), 'at 0', TOO_BIG),
  ask('seen', 'data of 1 MiB and a byte', (on) => on.append('none', 'a', { data: MIB + 1 }), TOO_BIG),
  ask(
    'seen',
    'half of it metadata',
    (on) => on.append('none', 'a', { data: MIB / 2, metadata: MIB / 2 + 9 }),
    'at 0',
    TOO_BIG,
  ),
  ask('seen', 'three of which each is smaller', (on) => on.append('none', 'abc', { data: MIB / 2 }), TOO_BIG),
  ask(
    'source',
    'with its type just 1 MiB',
    (on) => on.append('none', 'a', { data: MIB - 2 - 2 * 'Asked'.length, metadata: 2 }),
    'at 0',
  ),
]

/** Letters for the events of many appends, which alternate between seven streams. */
const MANY = Array.from({ length: 140 }, (_, index) => String.fromCharCode(0x100 + index)).join('')
const alternating: ReadonlyArray<Batched> = [...MANY].map((letters, index) => {
  const revision = Math.floor(index / 7) - 1
  return { to: index % 7, expecting: revision === -1 ? 'none' : revision, letters }
})
const MIDST = { to: 1, expecting: 'none' } as const

const BATCHES: ReadonlyArray<Question> = [
  ask(
    'source',
    'with several streams, and one of them twice',
    (on) =>
      on.batch([
        { to: 1, expecting: 'none', letters: 'ab' },
        { to: 2, expecting: 'none', letters: 'c' },
        { to: 1, expecting: 1, letters: 'd' },
      ]),
    'at 1; at 0; at 2',
  ),
  ask(
    'source',
    'the order in which $all has it',
    async (on) => {
      await on.batch(alternating)
      return on.order(MANY)
    },
    'in order',
  ),
  ask(
    'source',
    'the same again',
    (on) =>
      each(
        async () =>
          new Set([await on.batch(alternating), await on.batch(alternating)]).size === 1 ? 'the same' : 'another',
        () => on.order(MANY),
      ),
    'the same; in order',
  ),
  ask(
    'source',
    'with one that is refused',
    (on) =>
      on.batch([
        { ...MIDST, letters: 'a' },
        { ...MIDST, letters: 'x' },
        { to: 2, expecting: 'none', letters: 'b' },
      ]),
    'at 0; WrongExpectedVersion; at 0',
  ),
  ask(
    'source',
    'with one that is too large, of which half is metadata',
    (on) =>
      on.batch([
        { ...MIDST, letters: 'a', data: MIB / 2, metadata: MIB / 2 + 9 },
        { ...MIDST, letters: 'b' },
      ]),
    'MaximumAppendSizeExceeded; at 0',
  ),
]

const QUESTIONS: Readonly<Record<string, ReadonlyArray<Question>>> = {
  'an append': APPENDING,
  'a batch of appends': BATCHES,
  'a read of a stream': READING,
  'a deletion': DELETING,
  'a place in $all': PLACES,
  'the size of an append': SIZES,
  'a user': [
    ask(
      'seen',
      'with a wrong password',
      (on) => on.readAllAs({ username: 'admin', password: 'wrong' }),
      'access-denied (16)',
    ),
    ask('source', 'that is not told', (on) => on.readAllAs(undefined), 'access-denied (7)'),
  ],
}

export interface Difference {
  readonly about: string
  readonly answered: string
  readonly expected: string
  readonly known: Question['known']
}

/** Asks everything, and says what was answered otherwise than it should be. About users a server is asked that knows this one. */
export const differences = async (
  connection: Connection,
): Promise<{ readonly asked: number; readonly differences: ReadonlyArray<Difference> }> => {
  const client = new LedgerClient(connection)
  try {
    const since25 = Number.parseInt(await client.serverVersion(), 10) >= 25
    const found: Difference[] = []
    let asked = 0
    for (const [whose, questions] of Object.entries(QUESTIONS)) {
      if (whose === 'a user' && connection.login === undefined) continue
      const answers = questions.map(async ({ about, ask, known, ...question }) => {
        const expected = since25 ? (question.since25 ?? question.expected) : question.expected
        return { about: `${whose}: ${about}`, answered: await ask(new Asking(connection, client)), expected, known }
      })
      found.push(...(await Promise.all(answers)).filter(({ answered, expected }) => answered !== expected))
      asked += questions.length
    }
    return { asked, differences: found }
  } finally {
    await client.disconnect()
  }
}
