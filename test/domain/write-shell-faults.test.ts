import { describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/event-store.js'
import type { Command } from '../../domain/commands.js'
import type { DomainEvent } from '../../domain/events.js'
import { artifactStream, runStream } from '../../domain/streams.js'
import {
  eventsIn,
  gate,
  interposed,
  type Ledger,
  left,
  openTestLedger,
  right,
  turns,
} from '../support/domain-ledger.js'

const artifact = { entity: 'acme', project: 'churn', name: 'model' }
const stream = artifactStream(artifact)
const model = { entity: 'acme', project: 'model-registry', name: 'Churn' }
const run = { entity: 'acme', project: 'churn', run: 'run-1' }

const logging = async (ledger: Ledger, content: string, more: object = {}): Promise<Command> => ({
  type: 'LogArtifactVersion',
  artifact,
  artifactType: 'model',
  manifest: await ledger.manifest(content),
  ...more,
})

const log = async (ledger: Ledger, content: string, more: object = {}) =>
  ledger.give(await logging(ledger, content, more))

const linking: Command = { type: 'LinkToRegistry', model, source: { collection: artifact, version: 'latest' } }

const moving = (alias: string, version: number): Command => ({
  type: 'MoveAlias',
  collection: artifact,
  alias,
  version,
})

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
    right(await theirs.give({ type: 'DeleteArtifactVersion', artifact, version: 1, deleteAliases: true }))
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
    right(await mine.shell.facts.draft(artifact, 'd', () => undefined)())
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
    ] satisfies Command[]) {
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

describe('an append of unknown outcome', () => {
  it('stays unknown when the store cannot be reached afterwards', async () => {
    const ledger = openTestLedger()
    const broken = ledger.another(
      interposed(ledger.store, ({ nth }) => (nth === 0 ? 'unknown, written' : 'unavailable')),
    )
    const command = await logging(ledger, 'zero')
    const error = left(await broken.give(command, { commandId: 'once' }))
    expect(error).toMatchObject({ _tag: 'unknown-outcome', commandId: 'once' })
    const recorded = await eventsIn(ledger.store)
    expect(right(await ledger.another().give(command, { commandId: 'once' })).revision).toBe(recorded.length - 1)
    expect(await eventsIn(ledger.store)).toEqual(recorded)
  })
})
