import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../../adapters/memory/event-store.js'
import type { CommandInput } from '../../../domain/commands/catalogue.js'
import type { DomainEvent } from '../../../domain/events/catalogue.js'
import { EventStoreError, MAX_EVENT_BYTES, type NewEvent } from '../../../domain/ports/event-store.js'
import { sha256 } from '../../../domain/values/digest.js'
import { artifactStream, runStream } from '../../../domain/values/stream-names.js'
import { standingAt } from '../../../testing/event-store/world.js'
import {
  eventsIn,
  type Fault,
  gate,
  interposed,
  type Ledger,
  left,
  openTestLedger,
  right,
  turns,
} from '../../support/domain-ledger.js'
import { artifact, model, run } from '../../support/domain-samples.js'

const stream = artifactStream(artifact)

const logging = async (ledger: Ledger, content: string, more: object = {}): Promise<CommandInput> => ({
  type: 'LogArtifactVersion',
  artifact,
  artifactType: 'model',
  manifest: await ledger.manifest(content),
  ...more,
})

const log = async (ledger: Ledger, content: string, more: object = {}) =>
  ledger.give(await logging(ledger, content, more))

const linking: CommandInput = { type: 'LinkToRegistry', model, source: { collection: artifact, version: 'latest' } }

const moving = (alias: string, version: number) =>
  ({ type: 'MoveAlias', collection: artifact, alias, version }) as const satisfies CommandInput

/** So many steps of the queue of promises, within one turn of the event loop. */
const instants = async (count: number): Promise<void> => {
  for (let instant = 0; instant < count; instant++) await undefined
}

/** The number that a command's version got. */
const numberOf = (events: ReadonlyArray<DomainEvent>): number | undefined =>
  events.flatMap((event) => (event.type === 'ArtifactVersionLogged' ? event.version : []))[0]

const typesIn = async (ledger: Ledger, ofStream?: string): Promise<ReadonlyArray<string>> =>
  (await eventsIn(ledger.store, ofStream)).map(({ type }) => type)

describe('a command that was decided on what then could not be written', () => {
  it('is decided again, also when it was decided on commands that still waited to be sent', async () => {
    const ledger = openTestLedger()
    right(await ledger.give({ type: 'StartRun', run }))
    const [a, c] = [gate(), gate()]
    const mine = ledger.another(
      interposed(
        ledger.store,
        async ({ nth }) => {
          if (nth === 1) await a.opened
          // Another process writes as many events as this append was to write.
          if (nth === 2) right(await log(ledger, 'x'))
          return undefined
        },
        (read) => (read === runStream(run) ? c.opened : undefined),
      ),
    )
    right(await log(mine, 'zero'))
    const first = log(mine, 'a')
    await turns()
    const second = log(mine, 'b')
    await turns()
    const third = log(mine, 'c', { run })
    await turns()
    a.open()
    await turns()
    c.open()
    const numbers = (await Promise.all([first, second, third])).map((receipt) => numberOf(right(receipt).events))
    expect([...numbers].sort()).toEqual([1, 3, 4])
    expect((await eventsIn(ledger.store, stream)).filter(({ type }) => type === 'ArtifactVersionLogged')).toHaveLength(
      5,
    )
  })

  it('is decided again, also when it waited for room in an append', async () => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    const held = gate()
    const mine = ledger.another(
      interposed(ledger.store, async ({ nth }) => {
        if (nth > 0) return undefined
        await held.opened
        // As many events as those that were decided on this append.
        for (let n = 0; n < 8; n++) right(await ledger.give(moving(`a${n}`, 0)))
        return undefined
      }),
    )
    const metadata = { notes: 'x'.repeat(240_000) }
    const receipts = ['a', 'b', 'c', 'd', 'e'].map(async (content) => {
      const command = await logging(mine, content, { metadata })
      return mine.give(command)
    })
    await turns(20)
    held.open()
    const numbers = (await Promise.all(receipts)).map((receipt) => numberOf(right(receipt).events))
    expect([...numbers].sort()).toEqual([1, 2, 3, 4, 5])
  })
})

describe('a command that lost a race', () => {
  it.each(Array.from({ length: 30 }, (_, delay) => delay))(
    'is decided before the one after it, also when a look at the stream comes in between (%d)',
    async (delay) => {
      const ledger = openTestLedger()
      for (const content of ['zero', 'one', 'two']) right(await log(ledger, content))
      const [append, read] = [gate(), gate()]
      let reading: Promise<void> | undefined
      const mine = ledger.another(
        interposed(
          ledger.store,
          async ({ nth }) => {
            // After the first lost race each append is awaited; the second one is lost at about the time of the look.
            if (nth === 0 || nth === 2) right(await ledger.give(moving('theirs', nth)))
            if (nth === 2) await append.opened.then(() => instants(delay))
            return undefined
          },
          () => reading,
        ),
      )
      right(await mine.give(moving('mine', 0)))
      reading = read.opened
      const look = mine.handler.facts.artifact(artifact, () => undefined)()
      await turns()
      reading = undefined
      const first = mine.give({ ...moving('best', 1), expect: 'absent' })
      const second = mine.give({ ...moving('best', 2), expect: 1 })
      await turns()
      append.open()
      await instants(15)
      read.open()
      right(await look)
      right(await first)
      right(await second)
    },
  )
})

describe('a shell that does not know yet what another one wrote', () => {
  /** Two shells, of which the first knows only the first version. */
  const open = async () => {
    const mine = openTestLedger()
    right(await log(mine, 'zero'))
    right(await mine.give(linking))
    return { mine, theirs: mine.another() }
  }

  it('does not take another command for one that has its id', async () => {
    const { mine, theirs } = await open()
    right(await theirs.give(moving('best', 0), { commandId: 'once' }))
    expect(left(await mine.give(moving('worst', 0), { commandId: 'once' }))).toMatchObject({
      _tag: 'command-id-reused',
      commandId: 'once',
      stream,
    })
    expect(await typesIn(mine, stream)).toEqual(await typesIn(theirs, stream))
  })

  it('gives the receipt of what was recorded, also where the facts are others by now', async () => {
    const { mine, theirs } = await open()
    right(await log(theirs, 'one'))
    const receipt = right(await theirs.give(linking, { commandId: 'once' }))
    right(await log(theirs, 'two'))
    expect(right(await mine.give(linking, { commandId: 'once' }))).toEqual(receipt)
  })

  it('gives the receipt of what was recorded, also where the facts would refuse it by now', async () => {
    const { mine, theirs } = await open()
    right(await log(theirs, 'one'))
    const receipt = right(await theirs.give(linking, { commandId: 'once' }))
    right(
      await theirs.give({ type: 'DeleteArtifactVersion', artifact, version: 1, deleteAliases: true, leaveLinks: true }),
    )
    expect(right(await mine.give(linking, { commandId: 'once' }))).toEqual(receipt)
    expect(left(await mine.give(linking))).toMatchObject({ _tag: 'version-not-found', version: 'latest' })
  })

  it('seals no draft without a part that came while it merged the others', async () => {
    const ledger = openTestLedger()
    right(await ledger.give({ type: 'StartRun', run }))
    const merged = gate()
    let reads = 0
    const mine = ledger.another(
      interposed(
        ledger.store,
        () => undefined,
        (read) => (read === runStream(run) && reads++ === 0 ? merged.opened : undefined),
      ),
    )
    const draft = { artifact, artifactType: 'model', distributedId: 'd' }
    const upsert = async (from: Ledger, writer: string) =>
      right(
        await from.give({
          type: 'UpsertDistributedPart',
          ...draft,
          writer,
          part: await from.manifest(`${writer}.bin`),
        }),
      )
    await upsert(mine, 'w1')
    const committing = mine.give({ type: 'CommitDistributed', ...draft, writer: 'w1', run })
    await turns()
    await upsert(ledger, 'w2')
    right(await mine.handler.facts.draft({ artifact, distributedId: 'd' }, () => undefined)())
    merged.open()
    expect(right(await committing).events).toMatchObject([
      { type: 'DistributedCommitted', writers: 2, manifest: await ledger.manifest('w1.bin', 'w2.bin') },
    ])
  })
})

describe('a refused command', () => {
  it('leaves no event in any stream', async () => {
    const ledger = openTestLedger()
    const part = await ledger.manifest('f')
    const draft = { artifact, artifactType: 'model', distributedId: 'd', writer: 'w' }
    for (const command of [
      { type: 'UpsertDistributedPart', ...draft, part, run },
      { type: 'UpsertDistributedPart', ...draft, part, generation: 3 },
      { type: 'UpsertDistributedPart', ...draft, part: { ...part, entries: 2 } },
      { type: 'CommitDistributed', ...draft },
    ] satisfies CommandInput[]) {
      expect(await ledger.give(command)).toMatchObject({ _tag: 'Left' })
    }
    expect(await eventsIn(ledger.store)).toEqual([])
  })

  it('is refused for good when others never stop writing', async () => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    let writes = 0
    const mine = ledger.another(
      interposed(
        ledger.store,
        () => undefined,
        async () => {
          await ledger.clock.sleep(1_000)
          right(await ledger.give(moving(`a${writes++}`, 0)))
        },
      ),
    )
    expect(left(await mine.give(moving('best', 99)))).toMatchObject({ _tag: 'contention', stream })
  })
})

describe('a fact of a stream that is always busy', () => {
  it('is had as soon as what was on its way is written', async () => {
    const ledger = openTestLedger(interposed(memoryEventStore(), () => turns(1).then(() => undefined)))
    right(await log(ledger, 'zero'))
    let linked = false
    let logged = 0
    const workers = Array.from({ length: 4 }, async (_, worker) => {
      for (; !linked && logged < 1_000; logged++) right(await log(ledger, `${worker}/${logged}`))
    })
    await turns()
    right(await ledger.give(linking))
    linked = true
    await Promise.all(workers)
    expect(logged).toBeLessThan(100)
  })
})

/** A ledger whose appends go wrong as told, by their number; one that stands on the same store and works; both empty. */
const failing = (fault: (nth: number) => Fault | undefined): { readonly mine: Ledger; readonly sound: Ledger } => {
  const sound = openTestLedger()
  return { mine: sound.another(interposed(sound.store, ({ nth }) => fault(nth))), sound }
}

describe('an append of unknown outcome', () => {
  it.each<readonly [Fault]>([['unknown, written'], ['unknown, not written']])(
    'is sent again, the same events, and recorded once: %s',
    async (fault) => {
      const ledger = openTestLedger()
      const sent: string[] = []
      const mine = ledger.another(
        interposed(ledger.store, ({ events, nth }) => {
          sent.push(events.map(({ id }) => id).join())
          return nth < 3 ? fault : undefined
        }),
      )
      const receipt = right(await log(mine, 'zero'))
      expect(new Set(sent)).toHaveProperty('size', 1)
      expect(sent).toHaveLength(4)
      const stored = await eventsIn(ledger.store)
      expect(stored.map(({ id }) => id).join()).toBe(sent[0])
      expect(receipt).toMatchObject({ revision: 2, position: stored.at(-1)?.position })
    },
  )

  it('is given up after the deadline, and the caller is told to give the command again', async () => {
    const { mine, sound } = failing((nth) => (nth < 1_000 ? 'unknown, not written' : undefined))
    const command = await logging(mine, 'zero')
    const before = mine.clock.elapsed()
    expect(left(await mine.give(command, { commandId: 'once' }))).toEqual({
      _tag: 'unknown-outcome',
      commandId: 'once',
      reason: 'the connection broke',
    })
    expect(mine.clock.elapsed() - before).toBeGreaterThan(30_000)
    expect(mine.clock.elapsed() - before).toBeLessThan(32_000)
    expect(right(await sound.give(command, { commandId: 'once' })).events).toHaveLength(3)
  })

  it('stays unknown when the store cannot be reached afterwards', async () => {
    const { mine, sound } = failing((nth) => (nth === 0 ? 'unknown, written' : 'unavailable'))
    const command = await logging(mine, 'zero')
    expect(left(await mine.give(command, { commandId: 'once' }))).toMatchObject({ _tag: 'unknown-outcome' })
    const recorded = await eventsIn(sound.store)
    expect(right(await sound.give(command, { commandId: 'once' })).revision).toBe(recorded.length - 1)
    expect(await eventsIn(sound.store)).toEqual(recorded)
  })

  it('and another command that came in between: the first is decided again', async () => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    const mine = ledger.another(
      interposed(ledger.store, async ({ nth }) => {
        if (nth === 1) right(await log(ledger, 'theirs'))
        return nth === 0 ? 'unknown, not written' : undefined
      }),
    )
    expect(numberOf(right(await log(mine, 'mine')).events)).toBe(2)
  })

  it('of a command that the caller gave again meanwhile is recorded once', async () => {
    const { mine, sound } = failing((nth) => (nth === 0 ? 'unknown, written' : nth < 5 ? 'unavailable' : undefined))
    const command = await logging(mine, 'zero')
    const [one, two] = await Promise.all([
      mine.give(command, { commandId: 'once' }),
      sound.give(command, { commandId: 'once' }),
    ])
    expect(right(one)).toEqual(right(two))
    expect(await typesIn(sound)).toEqual(['ArtifactCreated', 'ArtifactVersionLogged', 'AliasMoved'])
  })
})

describe('an event store that fails', () => {
  it('is told to the caller, nothing is recorded, and the next command works', async () => {
    const { mine, sound } = failing((nth) => (nth === 0 ? 'unavailable' : undefined))
    expect(left(await log(mine, 'zero'))).toEqual({ _tag: 'unavailable', reason: 'no route to the store' })
    expect(await eventsIn(sound.store)).toEqual([])
    expect(numberOf(right(await log(mine, 'one')).events)).toBe(0)
  })

  it('in reading is told to the caller, and the next command works', async () => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    let error: Error | undefined = new EventStoreError('unavailable', 'no route to the store')
    const mine = ledger.another(
      interposed(
        ledger.store,
        () => undefined,
        () => {
          if (error !== undefined) throw error
        },
      ),
    )
    expect(left(await log(mine, 'one'))).toEqual({ _tag: 'unavailable', reason: 'no route to the store' })
    error = new EventStoreError('damaged', 'page 7 has a wrong checksum')
    expect(left(await log(mine, 'one'))).toEqual({
      _tag: 'damaged-store',
      reason: 'page 7 has a wrong checksum',
    })
    error = undefined
    expect(numberOf(right(await log(mine, 'one')).events)).toBe(1)
  })

  it('by throwing, against the port, leaves it open what was recorded', async () => {
    const ledger = openTestLedger()
    const mine = ledger.another(
      interposed(ledger.store, ({ nth }) => {
        if (nth === 0) throw new Error('a bug')
        return undefined
      }),
    )
    expect(left(await log(mine, 'zero'))).toMatchObject({ _tag: 'unknown-outcome', reason: 'Error: a bug' })
    expect(numberOf(right(await log(mine, 'one')).events)).toBe(0)
  })

  it('by taking less than its port says is told to the caller', async () => {
    const { mine } = failing(() => 'too large')
    expect(left(await log(mine, 'zero'))).toEqual({ _tag: 'event-too-large', bytes: 1, limit: 0 })
  })

  it('by being slow only takes longer', async () => {
    const ledger = openTestLedger(interposed(memoryEventStore(), () => turns(200).then(() => undefined)))
    const receipts = await Promise.all(['a', 'b', 'c'].map((content) => log(ledger, content)))
    expect(receipts.map((receipt) => numberOf(right(receipt).events))).toEqual([0, 1, 2])
  })

  it('to say where a shared append stands leaves it open, and the command given again has its receipt', async () => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    const held = gate()
    let failRead = false
    const mine = ledger.another({
      ...interposed(
        ledger.store,
        async ({ nth }) => {
          if (nth === 0) await held.opened
          failRead = nth === 1
          return undefined
        },
        () => {
          if (failRead) throw new EventStoreError('unavailable', 'no route to the store')
        },
      ),
      // The position of each is read where it does not follow from that of the last.
      appendsAreConsecutive: false,
    })
    const commands = await Promise.all(['a', 'b', 'c'].map((content) => logging(mine, content)))
    const given = commands.map((command, n) => mine.give(command, { commandId: `c${n}` }))
    await turns()
    held.open()
    const [first, ...shared] = await Promise.all(given)
    expect(numberOf(right(first ?? E.left('nothing')).events)).toBe(1)
    expect(shared.map((answer) => left(answer)._tag)).toEqual(['unknown-outcome', 'unknown-outcome'])
    failRead = false
    for (const [n, command] of commands.entries()) {
      expect(numberOf(right(await mine.give(command, { commandId: `c${n}` })).events)).toBe(n + 1)
    }
  })
})

describe('a command that is too large', () => {
  it('is refused before the store is asked', async () => {
    let appends = 0
    const ledger = openTestLedger(
      interposed(memoryEventStore(), () => {
        appends++
        return undefined
      }),
    )
    const error = left(await log(ledger, 'zero', { metadata: { notes: 'x'.repeat(MAX_EVENT_BYTES) } }))
    expect(error).toMatchObject({ _tag: 'event-too-large', limit: MAX_EVENT_BYTES })
    expect(error).toHaveProperty(
      'bytes',
      expect.toSatisfy((bytes: number) => bytes > MAX_EVENT_BYTES),
    )
    expect(appends).toBe(0)
    expect(numberOf(right(await log(ledger, 'one', { metadata: { notes: 'x'.repeat(250_000) } })).events)).toBe(0)
  })
})

describe('others who write to the same stream', () => {
  it('delay a command, and its number is the next that is free', async () => {
    const ledger = openTestLedger()
    const mine = ledger.another(
      interposed(ledger.store, async ({ nth }) => {
        if (nth < 10) right(await log(ledger, `theirs ${nth}`))
        return undefined
      }),
    )
    expect(numberOf(right(await log(mine, 'mine')).events)).toBe(10)
  })

  it('until the deadline make it give up, and nothing of it is recorded', async () => {
    const ledger = openTestLedger()
    let theirs = 0
    const mine = ledger.another(
      interposed(ledger.store, async ({ stream: to }) => {
        if (to === stream) right(await log(ledger, `theirs ${theirs++}`))
        return undefined
      }),
    )
    const before = mine.clock.elapsed()
    const error = left(await log(mine, 'mine'))
    expect(error).toMatchObject({ _tag: 'contention', stream })
    expect(error).toHaveProperty('attempts', theirs)
    expect(mine.clock.elapsed() - before).toBeLessThan(35_000)
    const digest = (await mine.manifest('mine')).digest
    expect((await eventsIn(ledger.store)).filter(({ data }) => data.includes(digest))).toEqual([])
    expect(right(await mine.give({ type: 'StartRun', run })).events).toHaveLength(1)
  })
})

describe('an append that fails after others were decided on it', () => {
  /**
   * The first version stands; then the first append of `mine` waits until it is let go, and ends as told; so does the
   * second, which is of all that came meanwhile.
   */
  const holding = async (...faults: ReadonlyArray<Fault | undefined>) => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    const held = gate()
    const mine = ledger.another(
      interposed(ledger.store, async ({ nth }) => {
        if (nth === 0) await held.opened
        return faults[nth]
      }),
    )
    const first = log(mine, 'one')
    await turns()
    return { ledger, mine, held, first }
  }

  it('takes them with it: none is acknowledged or written, and the next command works', async () => {
    const { ledger, mine, held, first } = await holding(undefined, 'unavailable')
    const later = ['two', 'three'].map((content) => log(mine, content))
    await turns()
    held.open()
    expect(numberOf(right(await first).events)).toBe(1)
    for (const answer of await Promise.all(later)) expect(left(answer)._tag).toBe('unavailable')
    expect(await typesIn(ledger, stream)).toHaveLength(5)
    expect(numberOf(right(await log(mine, 'four')).events)).toBe(2)
  })

  it('takes nobody with it who waited for it to end', async () => {
    const { mine, held, first } = await holding('unavailable')
    const later = ['two', 'three'].map((content) => log(mine, content))
    await turns()
    held.open()
    expect(left(await first)._tag).toBe('unavailable')
    expect((await Promise.all(later)).map((answer) => numberOf(right(answer).events))).toEqual([1, 2])
  })

  it('of unknown outcome leaves that open for itself only: the others were not written', async () => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    const mine = ledger.another(interposed(ledger.store, () => 'unknown, not written'))
    const answers = await Promise.all(['one', 'two'].map((content) => log(mine, content)))
    expect(answers.map((answer) => left(answer)._tag)).toEqual(['unknown-outcome', 'unavailable'])
  })

  it('takes no refusal and no agreement with it: they are decided again', async () => {
    const { mine, held, first } = await holding('unavailable')
    const agreed = mine.give(moving('latest', 1), {}, { idFrom: 'ledger' })
    const remembered = mine.give(moving('latest', 1))
    await turns()
    held.open()
    expect(left(await first)._tag).toBe('unavailable')
    expect(left(await agreed)).toMatchObject({ _tag: 'version-not-found', version: 1, newest: 0 })
    expect(left(await remembered)).toMatchObject({ _tag: 'version-not-found', version: 1, newest: 0 })
  })

  it('takes no receipt with it of a command given twice', async () => {
    const { ledger, mine, held } = await holding(undefined, 'unavailable')
    const command = await logging(mine, 'twice')
    const both = [mine.give(command, { commandId: 'once' }), mine.give(command, { commandId: 'once' })]
    await turns()
    held.open()
    const answers = await Promise.all(both)
    const receipts = answers.filter(E.isRight)
    expect(receipts).toHaveLength(1)
    expect(await typesIn(ledger, stream)).toHaveLength(7)
    expect(right(await mine.give(command, { commandId: 'once' }))).toEqual(receipts[0]?.right)
  })

  it('is no fact for commands on other streams', async () => {
    const { ledger, mine, held, first } = await holding('unavailable')
    const one: CommandInput = { type: 'LinkToRegistry', model, source: { collection: artifact, version: 1 } }
    const linked = mine.give(one)
    await turns()
    held.open()
    expect(left(await first)._tag).toBe('unavailable')
    expect(left(await linked)).toMatchObject({ _tag: 'version-not-found', version: 1 })
    expect(await typesIn(ledger)).not.toContain('VersionLinked')
  })

  it('is a fact for commands on other streams once it is written', async () => {
    const { ledger, mine, held, first } = await holding(undefined)
    const linked = mine.give({ type: 'LinkToRegistry', model, source: { collection: artifact, version: 1 } })
    await turns(20)
    expect(await typesIn(ledger)).not.toContain('VersionLinked')
    held.open()
    right(await first)
    expect(right(await linked).events[1]).toMatchObject({ type: 'VersionLinked', source: { version: 1 } })
  })
})

describe('an event that cannot be read', () => {
  const metadata = JSON.stringify({
    actor: 'zoe',
    commandDigest: sha256('c'),
    commandId: 'c',
    recordedAt: '2026-05-03T12:00:00.000Z',
    schema: 1,
  })
  const append = async (ledger: Ledger, event: Partial<NewEvent>) =>
    right(
      await ledger.store.append(stream, standingAt(2), [
        { id: 'x', type: 'AliasMoved', data: '{}', metadata, ...event },
      ])(),
    )

  it.each<readonly [string, Partial<NewEvent>, object]>([
    ['an unknown type', { type: 'ArtifactPromoted' }, { _tag: 'unknown-event', type: 'ArtifactPromoted' }],
    [
      'a type of another category',
      { type: 'RunFinished', data: '{"outcome":"failed"}' },
      { _tag: 'unknown-event', type: 'RunFinished' },
    ],
    [
      'a schema version from the future',
      { metadata: metadata.replace('"schema":1', '"schema":2') },
      { _tag: 'unknown-event', type: 'AliasMoved' },
    ],
    [
      'damaged data',
      { data: '{"alias":' },
      { _tag: 'damaged-event', position: 4, reason: expect.stringContaining('not JSON') },
    ],
    [
      'data with an illegal value',
      { data: '{"alias":"v1","from":null,"to":0}' },
      { _tag: 'damaged-event', position: 4, reason: expect.stringContaining('alias') },
    ],
  ])('stops every decision on its stream: %s', async (_what, event, error) => {
    const ledger = openTestLedger()
    right(await log(ledger, 'zero'))
    const late = ledger.another()
    await append(ledger, event)
    const expected = { ...error, stream, revision: 3 }
    expect(left(await log(late, 'one'))).toEqual(expected)
    // The first shell had the stream in hand before.
    expect(left(await log(ledger, 'one'))).toEqual(expected)
    expect(left(await ledger.give(moving('best', 7)))).toEqual(expected)
    expect(left(await ledger.give(moving('latest', 0)))).toEqual(expected)
    expect(left(await ledger.give(linking))).toEqual(expected)
    expect(await eventsIn(ledger.store)).toHaveLength(4)
    // Other streams go on.
    right(await ledger.give({ type: 'StartRun', run }))
  })
})

describe('a manifest that cannot be had', () => {
  it('refuses what names it', async () => {
    const ledger = openTestLedger()
    const manifest = await ledger.manifest('zero')
    const command: CommandInput = { type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest }
    const nowhere = sha256('nowhere')
    expect(left(await ledger.give({ ...command, manifest: { ...manifest, digest: nowhere } }))).toEqual({
      _tag: 'file-missing',
      digest: nowhere,
    })
    expect(left(await ledger.give({ ...command, manifest: { ...manifest, bytes: 7 } }))).toEqual({
      _tag: 'manifest-mismatch',
      claimed: { ...manifest, bytes: 7 },
      stored: manifest,
    })
    await ledger.files.close()
    expect(left(await ledger.another().give(command))).toMatchObject({ _tag: 'closed' })
    expect(await eventsIn(ledger.store)).toEqual([])
  })
})
