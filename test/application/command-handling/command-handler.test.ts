import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { CommandError } from '../../../application/command-handling/command-error.js'
import type { Receipt } from '../../../application/command-handling/receipt.js'
import { type CommandInput, commands } from '../../../domain/commands/catalogue.js'
import { eventCodecs } from '../../../domain/events/catalogue.js'
import { decodeEvent } from '../../../domain/events/stored-events.js'
import { sha256 } from '../../../domain/values/digest.js'
import { artifactStream, LOSSES_STREAM, runStream } from '../../../domain/values/stream-names.js'
import { giveEveryCommand } from '../../support/domain-history.js'
import {
  eventsIn,
  gate,
  interposed,
  type Ledger,
  left,
  openTestLedger,
  right,
  turns,
} from '../../support/domain-ledger.js'
import { artifact, model, modelNamed, run } from '../../support/domain-samples.js'

const stream = artifactStream(artifact)

const logging = async (ledger: Ledger, content: string, more: object = {}): Promise<CommandInput> => ({
  type: 'LogArtifactVersion',
  artifact,
  artifactType: 'model',
  manifest: await ledger.manifest(content),
  ...more,
})
const moving = (alias: string, version: number) =>
  ({ type: 'MoveAlias', collection: artifact, alias, version }) as const satisfies CommandInput

const numbersOf = (receipts: ReadonlyArray<Receipt>): ReadonlyArray<number> =>
  receipts.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'ArtifactVersionLogged' ? event.version : [])),
  )

const counting = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n)

describe('a receipt', () => {
  it('names what was recorded, and where it stands', async () => {
    const ledger = openTestLedger()
    const receipt = right(await ledger.give(await logging(ledger, 'a'), { commandId: 'once' }))
    const stored = await eventsIn(ledger.store)
    expect(receipt).toEqual({
      commandId: 'once',
      stream,
      events: stored.map((event) => right(decodeEvent(event)).event),
      answer: { version: 0 },
      revision: 2,
      position: stored.at(-1)?.position,
    })
  })

  it('of a command that changed nothing names the end of the stream, where the id is none of the caller', async () => {
    const ledger = openTestLedger()
    const { revision, position } = right(await ledger.give(await logging(ledger, 'a')))
    right(await ledger.give({ type: 'StartRun', run }))
    for (const each of [ledger, ledger.another()]) {
      const receipt = right(await each.give(moving('latest', 0), {}, { idFrom: 'ledger' }))
      expect(receipt).toMatchObject({ events: [], answer: { version: 0 }, revision, position })
    }
  })

  it('of a command that changed nothing names where it is remembered, where the id is the caller’s own', async () => {
    const ledger = openTestLedger()
    right(await ledger.give(await logging(ledger, 'a')))
    const receipt = right(await ledger.give(moving('latest', 0), { commandId: 'once' }))
    const stored = (await eventsIn(ledger.store)).at(-1)
    expect(right(decodeEvent(stored ?? expect.fail())).event).toEqual({
      type: 'CommandAccepted',
      answer: { version: 0 },
    })
    const { revision, position } = stored ?? {}
    expect(receipt).toEqual({ commandId: 'once', stream, events: [], answer: { version: 0 }, revision, position })
  })

  it('names the end of an empty stream', async () => {
    const ledger = openTestLedger()
    const removing: CommandInput = { type: 'RemoveAlias', collection: artifact, alias: 'best', expect: 'absent' }
    expect(right(await ledger.give(removing, {}, { idFrom: 'ledger' }))).toMatchObject({
      events: [],
      revision: 'none',
      position: 0,
    })
    expect(right(await ledger.give(removing))).toMatchObject({ events: [], answer: {}, revision: 0, position: 1 })
    expect(right(await ledger.give(await logging(ledger, 'a')))).toMatchObject({ answer: { version: 0 }, revision: 3 })
  })
})

describe('what is recorded', () => {
  it('says who, when, why and from which command, as the caller said it', async () => {
    const ledger = openTestLedger()
    const envelope = {
      commandId: 'once',
      actor: 'anna',
      reason: 'better',
      onBehalfOf: 'team',
      correlationId: 'c7',
      causationId: 'e3',
      occurredAt: '2026-05-03T11:00:00.000Z',
    }
    right(await ledger.give({ type: 'StartRun', run }, envelope))
    const [event] = await eventsIn(ledger.store)
    const { recordedAt, commandDigest, ...rest } = JSON.parse(event?.metadata ?? '')
    expect(rest).toEqual({ ...envelope, schema: 1 })
    expect(Date.parse(recordedAt)).toBeLessThanOrEqual(ledger.clock.now().getTime())
    expect(recordedAt).toMatch(/^2026-05-03T12:00:00\.\d{3}Z$/)
    expect(commandDigest).toBe(sha256('{"run":{"entity":"acme","project":"churn","run":"run-1"},"type":"StartRun"}'))
  })

  it('stands in streams that a category and the name make', async () => {
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    expect(new Set((await eventsIn(ledger.store)).map((event) => event.stream))).toEqual(
      new Set([
        'run-acme/churn/run-1',
        'run-acme/churn/run-0',
        'artifact-acme/churn/model',
        'artifact-acme/churn/copies',
        'artifact-acme/churn/old',
        'draft-acme/churn/model/eval',
        'draft-acme/churn/old/late',
        'model-acme/model-registry/Churn',
        'model-acme/model-registry/Over',
        'losses-ledger',
      ]),
    )
  })
})

describe('a command given again', () => {
  it('is every command, and together they record every event', async () => {
    const ledger = openTestLedger()
    const given = await giveEveryCommand(ledger)
    expect(new Set(given.map(({ command }) => command.type))).toEqual(new Set(Object.keys(commands)))
    const recorded = new Set((await eventsIn(ledger.store)).map(({ type }) => type))
    expect(recorded).toEqual(new Set(Object.values(eventCodecs).flatMap((codecs) => Object.keys(codecs))))
  })

  it.each([
    ['by the same process', (ledger: Ledger) => ledger],
    ['after a restart', (ledger: Ledger) => ledger.another()],
  ])('has the same receipt and records nothing, however old it is: %s', async (_when, reopen) => {
    const first = openTestLedger()
    const given = await giveEveryCommand(first)
    const recorded = await eventsIn(first.store)
    const ledger = reopen(first)
    for (const { command, envelope, receipt } of [...given].reverse()) {
      expect(right(await ledger.give(command, envelope))).toEqual(receipt)
      expect(right(await ledger.give(command, { ...envelope, actor: 'bob', reason: 'again' }))).toEqual(receipt)
    }
    expect(await eventsIn(first.store)).toEqual(recorded)
  })

  it.each([
    ['by the same process', (ledger: Ledger) => ledger],
    ['after a restart', (ledger: Ledger) => ledger.another()],
  ])('is refused if it is another command under the same id: %s', async (_when, reopen) => {
    const first = openTestLedger()
    const given = await giveEveryCommand(first)
    const recorded = await eventsIn(first.store)
    const ledger = reopen(first)
    const inStream = new Map<string, Array<(typeof given)[number]>>()
    for (const each of given) inStream.set(each.receipt.stream, [...(inStream.get(each.receipt.stream) ?? []), each])
    // There is one command on it, which says nothing of its own.
    inStream.delete(LOSSES_STREAM)
    for (const [ofStream, each] of inStream) {
      for (const [index, { envelope }] of each.entries()) {
        const { command } = each.at(index - 1) ?? { command: undefined }
        if (command === undefined || each.length === 1) throw new Error(`${ofStream} has one command only`)
        expect(left(await ledger.give(command, envelope))).toMatchObject({
          _tag: 'command-id-reused',
          commandId: envelope.commandId,
          stream: ofStream,
          at: { by: 'anna@acme.org' },
        })
      }
    }
    expect(await eventsIn(first.store)).toEqual(recorded)
  })

  it.each([
    ['one process', (ledger: Ledger) => ledger],
    ['two processes', (ledger: Ledger) => ledger.another()],
  ])('at once has one receipt, in %s', async (_where, open) => {
    const ledger = openTestLedger(interposed(openTestLedger().store, () => turns(2).then(() => undefined)))
    const other = open(ledger)
    right(await other.give({ type: 'CreateArtifact', artifact, artifactType: 'model' }))
    const command = await logging(ledger, 'a')
    const [one, two] = await Promise.all([
      ledger.give(command, { commandId: 'once' }),
      other.give(command, { commandId: 'once' }),
    ])
    expect(right(two)).toEqual(right(one))
    expect(await eventsIn(ledger.store)).toHaveLength(3)
  })

  it.each([
    ['by the same process', (ledger: Ledger) => ledger],
    ['after a restart', (ledger: Ledger) => ledger.another()],
  ])('never acts, also where it changed nothing at first: %s', async (_when, reopen) => {
    const first = openTestLedger()
    right(await first.give(await logging(first, 'a')))
    const receipt = right(await first.give(moving('latest', 0), { commandId: 'once' }))
    expect(receipt.events).toEqual([])
    right(await first.give(await logging(first, 'b')))
    const recorded = await eventsIn(first.store)
    const ledger = reopen(first)
    expect(right(await ledger.give(moving('latest', 0), { commandId: 'once' }))).toEqual(receipt)
    expect(left(await ledger.give(moving('latest', 1), { commandId: 'once' }))._tag).toBe('command-id-reused')
    expect(await eventsIn(first.store)).toEqual(recorded)
  })

  it('is decided again where it changed nothing and its id is none of the caller', async () => {
    const ledger = openTestLedger()
    right(await ledger.give(await logging(ledger, 'a')))
    expect(right(await ledger.give(moving('latest', 0), { commandId: 'once' }, { idFrom: 'ledger' })).events).toEqual(
      [],
    )
    right(await ledger.give(await logging(ledger, 'b')))
    expect(right(await ledger.give(moving('latest', 0), { commandId: 'once' }, { idFrom: 'ledger' })).events).toEqual([
      { type: 'AliasMoved', alias: 'latest', from: 1, to: 0 },
    ])
  })

  it('is decided again where it was refused', async () => {
    const ledger = openTestLedger()
    right(await ledger.give(await logging(ledger, 'a')))
    expect(left(await ledger.give(moving('best', 1), { commandId: 'once' }))).toMatchObject({
      _tag: 'version-not-found',
    })
    right(await ledger.give(await logging(ledger, 'b')))
    expect(right(await ledger.give(moving('best', 1), { commandId: 'once' })).events).toHaveLength(1)
  })

  it('on another stream is another command', async () => {
    const ledger = openTestLedger()
    for (const name of ['one', 'two']) {
      const command: CommandInput = { type: 'CreateArtifact', artifact: { ...artifact, name }, artifactType: 'model' }
      expect(right(await ledger.give(command, { commandId: 'once' })).events).toHaveLength(1)
    }
  })

  it('in other words is the same command: order of members, absent ones, an alias twice', async () => {
    const ledger = openTestLedger()
    const manifest = await ledger.manifest('a')
    const give = (command: object) => ledger.handler.handle({ commandId: 'once', actor: 'anna', command })()
    const receipt = await give({
      type: 'LogArtifactVersion',
      artifact,
      artifactType: 'model',
      manifest,
      metadata: { a: 1, b: -0 },
      aliases: ['best'],
    })
    const { entity, project, name } = artifact
    expect(
      await give({
        aliases: ['best', 'best'],
        metadata: { b: 0, a: 1 },
        description: undefined,
        manifest,
        artifactType: 'model',
        artifact: { name, project, entity },
        type: 'LogArtifactVersion',
      }),
    ).toEqual(receipt)
    expect(right(receipt).events).toHaveLength(4)
  })
})

describe('many commands at once', () => {
  it('on one stream in one process are decided in order, and share a few appends', async () => {
    let appends = 0
    const ledger = openTestLedger(
      interposed(openTestLedger().store, async () => {
        appends += 1
        await turns(3)
        return undefined
      }),
    )
    const all = await Promise.all(counting(64).map((n) => logging(ledger, `${n}`)))
    const receipts = (await Promise.all(all.map((command) => ledger.give(command)))).map(right)
    expect(numbersOf(receipts)).toEqual(counting(64))
    expect(appends).toBeLessThanOrEqual(8)
    const stored = await eventsIn(ledger.store)
    for (const { revision, position } of receipts) {
      expect(stored).toContainEqual(expect.objectContaining({ revision, position, type: 'AliasMoved' }))
    }
  })

  it.each<readonly [string, (nth: number) => boolean]>([
    ['the first one', (nth) => nth === 0],
    ['the first ten', (nth) => nth < 10],
    ['every other one', (nth) => nth % 2 === 1 && nth < 40],
    ['two of three', (nth) => nth % 3 > 0 && nth < 40],
  ])('that nobody waits for keep their order where another process wins races: %s', async (_which, isLost) => {
    const theirs = openTestLedger()
    for (const content of ['a', 'b', 'c']) right(await theirs.give(await logging(theirs, content)))
    const mine = theirs.another(
      interposed(theirs.store, async ({ nth }) => {
        await turns(1)
        if (isLost(nth)) right(await theirs.give(moving('theirs', nth % 3)))
        return undefined
      }),
    )
    const answers: Array<Promise<Receipt>> = []
    for (const n of counting(20)) {
      // Some come while others are on their way, or wait to be decided again.
      if (n % 7 === 6) await turns(n)
      answers.push(mine.give(moving('best', n % 3)).then(right))
    }
    const given = (await Promise.all(answers)).map(({ commandId }) => commandId)
    const recorded = (await eventsIn(theirs.store, stream)).filter(({ data }) => data.includes('"best"'))
    expect(recorded.map(({ metadata }) => JSON.parse(metadata).commandId)).toEqual(given)
  })

  it('that expect what those before them do are not refused where another process wins races', async () => {
    const move = fc.record({ to: fc.nat({ max: 2 }), later: fc.boolean(), looks: fc.nat({ max: 2 }) })
    const moves = fc.array(move, { minLength: 2, maxLength: 20 })
    const property = fc.asyncProperty(moves, fc.array(fc.boolean()), fc.scheduler(), async (all, lost, scheduler) => {
      const theirs = openTestLedger()
      for (const content of ['a', 'b', 'c']) right(await theirs.give(await logging(theirs, content)))
      const mine = theirs.another(
        interposed(
          theirs.store,
          async ({ nth }) => {
            await scheduler.schedule(Promise.resolve())
            if (lost[nth] === true) right(await theirs.give(moving(`theirs ${nth}`, 0)))
            return undefined
          },
          () => scheduler.schedule(Promise.resolve()),
        ),
      )
      const give = async () => {
        const answers: Array<Promise<E.Either<CommandError, unknown>>> = []
        let holder: number | 'absent' = 'absent'
        for (const { to, later, looks } of all) {
          if (later) await scheduler.schedule(Promise.resolve())
          for (const _ of counting(looks)) answers.push(mine.handler.facts.artifact(artifact, () => undefined)())
          answers.push(mine.give({ ...moving('best', to), expect: holder }))
          holder = to
        }
        return Promise.all(answers)
      }
      for (const answer of await scheduler.waitFor(give())) right(answer)
    })
    await fc.assert(property, { numRuns: 300 })
  })

  it('of which some are refused and some change nothing are answered each for itself', async () => {
    const ledger = openTestLedger()
    right(await ledger.give(await logging(ledger, 'a')))
    const next = await logging(ledger, 'b')
    const answers = await Promise.all([
      ledger.give(moving('best', 0)),
      ledger.give(moving('best', 1)),
      ledger.give(next),
      ledger.give(moving('best', 0)),
      ledger.give(moving('best', 1)),
    ])
    expect(answers.map((answer) => (E.isRight(answer) ? answer.right.events.length : answer.left._tag))).toEqual([
      1,
      'version-not-found',
      2,
      0,
      1,
    ])
  })

  it('on many streams do not wait for each other', async () => {
    const held = new Set<string>()
    const store = openTestLedger().store
    const ledger = openTestLedger(
      interposed(store, async (append) => {
        held.add(append.stream)
        while (held.size < 10) await turns(1)
        return undefined
      }),
    )
    const runs = counting(10).map((n): CommandInput => ({ type: 'StartRun', run: { ...run, run: `run-${n}` } }))
    const receipts = (await Promise.all(runs.map((command) => ledger.give(command)))).map(right)
    expect(receipts).toHaveLength(10)
  })

  it('from several processes number densely, and none is lost or doubled', async () => {
    const slow = interposed(openTestLedger().store, () => turns(1).then(() => undefined))
    const first = openTestLedger(slow)
    const handlers = [first, first.another(), first.another()]
    const receipts = await Promise.all(
      handlers.flatMap((ledger, handler) =>
        counting(20).map(async (n) => right(await ledger.give(await logging(ledger, `${handler}/${n}`)))),
      ),
    )
    expect([...numbersOf(receipts)].sort((a, b) => a - b)).toEqual(counting(60))
    const digests = (await eventsIn(first.store)).flatMap(({ type, data }) =>
      type === 'ArtifactVersionLogged' ? [JSON.parse(data).manifest.digest] : [],
    )
    expect(new Set(digests).size).toBe(60)
    expect(digests).toHaveLength(60)
  })
})

describe('a decision on outdated state', () => {
  it('is not answered: a refusal that no longer holds', async () => {
    const mine = openTestLedger()
    right(await mine.give(await logging(mine, 'a')))
    const theirs = mine.another()
    right(await theirs.give(await logging(theirs, 'b')))
    expect(right(await mine.give(moving('best', 1))).events).toEqual([
      { type: 'AliasMoved', alias: 'best', from: null, to: 1 },
    ])
  })

  it('is not answered: a refusal that no longer holds, where a look at the stream was the first to find that', async () => {
    const theirs = openTestLedger()
    right(await theirs.give(await logging(theirs, 'a')))
    const held = gate()
    let reading: Promise<void> | undefined
    const mine = theirs.another(
      interposed(
        theirs.store,
        () => undefined,
        () => reading,
      ),
    )
    const look = mine.handler.facts.artifact(artifact, ({ versions }) => versions.length)
    expect(right(await look())).toBe(1)
    right(await theirs.give(await logging(theirs, 'b')))
    reading = held.opened
    const moved = mine.give(moving('best', 1))
    await turns()
    reading = undefined
    expect(right(await look())).toBe(2)
    held.open()
    expect(right(await moved).events).toHaveLength(1)
  })

  it('is not answered: nothing to change where there is something by now', async () => {
    const mine = openTestLedger()
    right(await mine.give(await logging(mine, 'a')))
    const theirs = mine.another()
    right(await theirs.give(await logging(theirs, 'b')))
    expect(right(await mine.give(moving('latest', 0))).events).toEqual([
      { type: 'AliasMoved', alias: 'latest', from: 1, to: 0 },
    ])
  })

  it('is not recorded: an expectation that no longer holds', async () => {
    const mine = openTestLedger()
    right(await mine.give(await logging(mine, 'a')))
    const theirs = mine.another()
    right(await theirs.give(await logging(theirs, 'b')))
    const promote: CommandInput = {
      type: 'MoveAlias',
      collection: artifact,
      alias: 'production',
      version: 0,
      expect: 'absent',
    }
    right(await theirs.give({ ...promote, version: 1 }, { actor: 'bob' }))
    expect(left(await mine.give(promote))).toMatchObject({
      _tag: 'alias-expectation-failed',
      holder: { version: 1, by: 'bob' },
    })
  })

  it('is not recorded: facts of another stream that no longer hold', async () => {
    const mine = openTestLedger()
    right(await mine.give({ type: 'StartRun', run }))
    right(await mine.give(await logging(mine, 'a', { run })))
    right(await mine.another().give({ type: 'FinishRun', run }))
    expect(right(await mine.give(await logging(mine, 'b', { run }))).events[0]).toMatchObject({
      run: { ref: run, finished: true },
    })
  })
})

describe('facts', () => {
  it('are read from the streams, and never change them', async () => {
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    const recorded = await eventsIn(ledger.store)
    const { facts } = ledger.another().handler
    expect(right(await facts.artifact(artifact, ({ versions }) => versions.length)())).toBe(5)
    expect(right(await facts.run(run, ({ finished }) => finished?.outcome)())).toBe('finished')
    expect(right(await facts.draft({ artifact, distributedId: 'eval' }, ({ generation }) => generation)())).toBe(4)
    expect(right(await facts.run({ ...run, run: 'unknown' }, ({ started }) => started)())).toBeNull()
    expect(await eventsIn(ledger.store)).toEqual(recorded)
  })

  it('of a run that was never started refuse what names it', async () => {
    const ledger = openTestLedger()
    expect(left(await ledger.give(await logging(ledger, 'a', { run })))).toEqual({ _tag: 'run-not-found', run })
    expect(await eventsIn(ledger.store, runStream(run))).toEqual([])
    expect(await eventsIn(ledger.store)).toEqual([])
  })

  it('of a link are those of its source', async () => {
    const ledger = openTestLedger()
    right(await ledger.give(await logging(ledger, 'a')))
    right(await ledger.give({ type: 'LinkToRegistry', model, source: { collection: artifact, version: 'latest' } }))
    const again: CommandInput = {
      type: 'LinkToRegistry',
      model: modelNamed('Copy'),
      source: { collection: model, version: 'latest' },
    }
    expect(right(await ledger.give(again)).events[1]).toMatchObject({ source: { ...artifact, version: 0 } })
    const itself: CommandInput = {
      type: 'LinkToRegistry',
      model,
      source: { collection: model, version: 0 },
      aliases: ['best'],
    }
    expect(right(await ledger.give(itself)).events).toEqual([{ type: 'AliasMoved', alias: 'best', from: null, to: 0 }])
    right(await ledger.give({ type: 'StartRun', run }))
    const using = { type: 'UseArtifactVersion', run } as const
    const through = { model, version: 0 }
    const used = { type: 'ArtifactVersionUsed', version: { ...artifact, version: 0 } }
    expect(right(await ledger.give({ ...using, used: { collection: model, version: 'best' } })).events).toEqual([
      { ...used, through },
    ])
    expect(right(await ledger.give({ ...using, used: { collection: artifact, version: 0 } })).events).toEqual([used])
    right(await ledger.give({ type: 'UnlinkFromRegistry', model, version: 0 }))
    expect(left(await ledger.give({ ...again, source: { collection: model, version: 0 } }))).toMatchObject({
      _tag: 'link-removed',
      collection: model,
      version: 0,
    })
  })
})
