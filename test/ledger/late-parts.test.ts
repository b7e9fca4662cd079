/** A call to a distributed draft means one generation, known when it begins, however long its content takes. */
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { Command } from '../../domain/commands/catalogue.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { Ledger, Receipt } from '../../index.js'
import { eventsIn, gate, interposed, left, openTestLedger, right } from '../support/domain-ledger.js'
import { artifact } from '../support/domain-samples.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const shards = { name: 'shards', type: 'dataset', distributedId: 'd' }
const open = (ledger: Ledger, writer = 'first') =>
  ledger.upsertDistributed({ ...shards, writer, content: text('a', 'a.txt') })
const seal = (ledger: Ledger) => ledger.commitDistributed({ ...shards, writer: 'first', actor: 'ben' })

/** Content whose bytes come when it is let go; `read` is when somebody waits for them. */
const slow = () => {
  const [read, last] = [gate(), gate()]
  const bytes = async function* () {
    read.open()
    await last.opened
    yield Buffer.from('late')
  }
  return { content: [{ stream: Readable.from(bytes()), as: 'late.txt' }], read: read.opened, go: last.open }
}

/** What becomes of a call whose content takes so long that all this happens meanwhile. */
const during = async <A>(call: (content: Late['content']) => Promise<A>, happens: () => unknown) => {
  const { content, read, go } = slow()
  const answer = call(content)
  answer.catch(() => undefined)
  await read
  await happens()
  go()
  return answer
}

interface Late {
  readonly content: ReturnType<typeof slow>['content']
  readonly openNext?: boolean
}
const calls = [
  ['an upsert', (ledger: Ledger, late: Late) => ledger.upsertDistributed({ ...shards, writer: 'late', ...late })],
  ['a commit', (ledger: Ledger, late: Late) => ledger.commitDistributed({ ...shards, writer: 'late', ...late })],
] as const

describe.each(calls)('%s that began before the seal and ends after it', (_what, call) => {
  it('is refused with the seal, and opens nothing', async () => {
    const { ledger } = await memoryLedger()
    await open(ledger)
    const late = during(
      (content) => call(ledger, { content }),
      () => seal(ledger),
    )
    expect(await rejection(late)).toMatchObject({
      code: 'draft-ended',
      message: expect.stringMatching(
        /^generation 0 was sealed by ben, recorded at .*; what may go to the next one says so \(openNext\)$/,
      ),
    })
    expect(await ledger.openDrafts()).toEqual([])
    expect(await ledger.resolve('shards')).toMatchObject({ version: 0 })
    await ledger.close()
  })

  it('is refused also where it would have been the first part, had it been quicker', async () => {
    const { ledger } = await memoryLedger()
    const late = during(
      (content) => call(ledger, { content }),
      async () => {
        await open(ledger)
        await seal(ledger)
      },
    )
    expect(await rejection(late)).toMatchObject({ code: 'draft-ended' })
    expect(await ledger.openDrafts()).toEqual([])
    await ledger.close()
  })

  it('is refused where its generation was given up instead', async () => {
    const { ledger } = await memoryLedger()
    await open(ledger)
    const late = during(
      (content) => call(ledger, { content }),
      () => ledger.abandonDistributed({ name: 'shards', distributedId: 'd' }),
    )
    expect(await rejection(late)).toMatchObject({ code: 'draft-ended', message: /abandoned by anna/ })
    await ledger.close()
  })

  it('opens the next generation where it says that it may, and its receipt names it', async () => {
    const { ledger } = await memoryLedger()
    await open(ledger)
    const late = during(
      (content) => call(ledger, { content, openNext: true }),
      () => seal(ledger),
    )
    expect(await late).toMatchObject({ generation: 1 })
    await ledger.close()
  })

  it('goes on where others opened its generation, or added to it, meanwhile', async () => {
    const { ledger } = await memoryLedger()
    await open(ledger)
    await seal(ledger)
    const joined = during(
      (content) => call(ledger, { content }),
      () => open(ledger, 'second'),
    )
    expect(await joined).toMatchObject({ generation: 1 })
    await ledger.close()
  })
})

describe('a call to a distributed draft', () => {
  it('that names its generation means that one, or the next where it says so', async () => {
    const { ledger } = await memoryLedger()
    await open(ledger)
    await seal(ledger)
    const named = { ...shards, writer: 'w', content: text('b', 'b.txt'), generation: 0 }
    expect(await rejection(ledger.upsertDistributed(named))).toMatchObject({ code: 'draft-ended' })
    expect(await ledger.upsertDistributed({ ...named, openNext: true })).toMatchObject({ generation: 1 })
    expect(
      await rejection(ledger.abandonDistributed({ name: 'shards', distributedId: 'd', generation: 0 })),
    ).toMatchObject({
      code: 'draft-ended',
    })
    await ledger.close()
  })

  it('that is repeated has the first receipt, whatever became of its generation', async () => {
    const { ledger } = await memoryLedger()
    const part = { ...shards, writer: 'w', content: text('a'), commandId: 'part' }
    const again = { ...part, commandId: 'again' }
    const commit = { ...shards, writer: 'w', commandId: 'commit' }
    const receipts = [
      await ledger.upsertDistributed(part),
      await ledger.upsertDistributed(again),
      await ledger.commitDistributed(commit),
    ]
    const { position } = await ledger.moment()
    const repeated = [
      await ledger.upsertDistributed(part),
      await ledger.upsertDistributed(again),
      await ledger.commitDistributed(commit),
    ]
    expect(repeated).toEqual(receipts)
    expect(receipts.map(({ generation }) => generation)).toEqual([0, 0, 0])
    expect(await ledger.moment()).toMatchObject({ position })
    expect(await rejection(ledger.upsertDistributed({ ...part, openNext: true }))).toMatchObject({
      code: 'command-id-reused',
    })
    await ledger.close()
  })

  it('that seals names the generation that it sealed, also where others seal the next before it is answered', async () => {
    const store = memoryEventStore()
    const files = memoryFileStore()
    const { ledger: other } = await memoryLedger({ events: store, files })
    let sealed = false
    const append: EventStore['append'] = (stream, expected, events) => async () => {
      const outcome = await store.append(stream, expected, events)()
      if (!sealed && events.some(({ type }) => type === 'DistributedCommitted')) {
        sealed = true
        await other.upsertDistributed({ ...shards, writer: 'second', content: text('b', 'a.txt') })
        expect(await seal(other)).toMatchObject({ generation: 1, version: 1 })
      }
      return outcome
    }
    const { ledger } = await memoryLedger({ events: { ...store, append }, files })
    await open(ledger)
    expect(await seal(ledger)).toMatchObject({ generation: 0, version: 0 })
    await ledger.close()
    await other.close()
  })

  it('that comes as it stands means the generation of when it came', async () => {
    const { ledger } = await memoryLedger()
    const { receipt, command } = await standing(ledger)
    const openDraft = { ...command, generation: undefined }
    const next = await ledger.execute({ commandId: 'next', actor: 'queue', command: openDraft })
    expect(next.answer).toEqual({ generation: 1 })
    const late = { ...command, generation: 0 }
    expect(await rejection(ledger.execute({ commandId: 'late', actor: 'queue', command: late }))).toMatchObject({
      code: 'draft-ended',
    })
    const either = await ledger.execute({ commandId: 'either', actor: 'queue', command: { ...late, openNext: true } })
    expect(either.answer).toEqual({ generation: 1 })
    expect(await ledger.execute({ commandId: 'first', actor: 'queue', command: openDraft })).toEqual(receipt)
    await ledger.close()
  })
})

/** A draft whose generation 0 is sealed, with the command that opened it. */
const standing = async (ledger: Ledger): Promise<{ receipt: Receipt; command: object }> => {
  const { events } = await open(ledger)
  const [opened] = events
  if (opened?.type !== 'DistributedPartUpserted') throw new Error('no part')
  const command = {
    type: 'UpsertDistributedPart',
    artifact: { entity: 'acme', project: 'animals', name: 'shards' },
    artifactType: 'dataset',
    distributedId: 'd',
    writer: 'queue',
    part: opened.part,
  }
  const receipt = await ledger.execute({ commandId: 'first', actor: 'queue', command })
  await seal(ledger)
  return { receipt, command }
}

describe('a command that others overtake while it is written', () => {
  const draft = { artifact, artifactType: 'model', distributedId: 'd' } as const

  it.each<readonly [string, Command['type'], object]>([
    ['a part', 'UpsertDistributedPart', {}],
    ['a commit with a part', 'CommitDistributed', {}],
    ['giving it up', 'AbandonDistributed', {}],
  ])('is refused where its generation is sealed by then: %s', async (_what, type) => {
    const ledger = openTestLedger()
    const [part, another] = [await ledger.manifest('a=1'), await ledger.manifest('b=1')]
    right(await ledger.give({ type: 'UpsertDistributedPart', ...draft, writer: 'w', part }))
    let overtaken = false
    const mine = ledger.another(
      interposed(ledger.store, async ({ stream }) => {
        if (overtaken || !stream.startsWith('draft-')) return undefined
        overtaken = true
        right(await ledger.give({ type: 'CommitDistributed', ...draft, writer: 'w' }))
        right(await ledger.give({ type: 'UpsertDistributedPart', ...draft, writer: 'w', part }))
        return undefined
      }),
    )
    const { artifactType: _, ...abandon } = draft
    const command: Command =
      type === 'AbandonDistributed'
        ? { type, ...abandon }
        : type === 'CommitDistributed'
          ? { type, ...draft, writer: 'late', part: another }
          : { type: 'UpsertDistributedPart', ...draft, writer: 'late', part: another }
    expect(left(await mine.give(command))).toMatchObject({ _tag: 'draft-ended', generation: 0, end: { how: 'sealed' } })
    const seals = (await eventsIn(ledger.store)).filter(({ type }) => type === 'DistributedCommitted')
    expect(seals).toHaveLength(1)
  })
})
