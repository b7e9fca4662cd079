import { describe, expect, it } from 'vitest'
import type { Receipt } from '../../../application/command-handling/receipt.js'
import {
  completeCommit,
  completeCommits,
  logCommandOf,
} from '../../../application/process-managers/complete-distributed-commit.js'
import type { Command } from '../../../domain/commands/catalogue.js'
import type { DistributedCommitted } from '../../../domain/distributed-draft/events.js'
import { MAX_EVENT_BYTES } from '../../../domain/ports/event-store.js'
import { artifactStream } from '../../../domain/values/stream-names.js'
import golden from '../../golden/ArtifactVersionLogged.v1.json' with { type: 'json' }
import { giveEveryCommand } from '../../support/domain-history.js'
import { eventsIn, interposed, type Ledger, left, openTestLedger, right, turns } from '../../support/domain-ledger.js'
import { artifact, artifactNamed, run } from '../../support/domain-samples.js'

const draft = { artifact, artifactType: 'model', distributedId: 'eval' } as const

const upsert = async (ledger: Ledger, writer: string, ...files: ReadonlyArray<string>): Promise<Receipt> => {
  const part = await ledger.manifest(...files)
  return right(await ledger.give({ type: 'UpsertDistributedPart', ...draft, writer, part }))
}

const commit = async (ledger: Ledger, more: object = {}): Promise<DistributedCommitted> => {
  const command: Command = { type: 'CommitDistributed', ...draft, writer: 'w1', ...more }
  const { events } = right(await ledger.give(command, { commandId: 'the commit', actor: 'carla', reason: 'all done' }))
  const sealed = events.at(-1)
  if (sealed?.type !== 'DistributedCommitted') throw new Error('no seal')
  return sealed
}

const finish = async (ledger: Ledger) => right(await completeCommits(ledger.handler, draft)())

const logged = async ({ store }: Ledger) =>
  (await eventsIn(store, artifactStream(artifact))).flatMap(({ type, data }) =>
    type === 'ArtifactVersionLogged' || type === 'ArtifactVersionRelogged' ? [{ type, ...JSON.parse(data) }] : [],
  )

describe('the version of a sealed draft', () => {
  it('is logged with what the commit said, in the name of who gave it', async () => {
    const ledger = openTestLedger()
    right(await ledger.give({ type: 'StartRun', run }))
    await upsert(ledger, 'w1', 'a=1')
    await upsert(ledger, 'w2', 'b=1')
    const words = { description: 'd', metadata: { n: 1 }, tags: ['t'] }
    const sealed = await commit(ledger, { ...words, run, aliases: ['evaluated'], part: await ledger.manifest('c=1') })
    const [receipt] = await finish(ledger)
    const manifest = await ledger.manifest('a=1', 'b=1', 'c=1')
    expect(receipt?.events).toEqual([
      {
        type: 'ArtifactVersionLogged',
        version: 0,
        manifest,
        ...words,
        run: { ref: run },
        distributed: { distributedId: 'eval', generation: 0 },
      },
      { type: 'AliasMoved', alias: 'evaluated', from: null, to: 0 },
      { type: 'AliasMoved', alias: 'latest', from: null, to: 0 },
    ])
    expect(sealed.manifest).toEqual(manifest)
    const last = (await eventsIn(ledger.store)).at(-1)
    expect(JSON.parse(last?.metadata ?? '')).toMatchObject({
      actor: 'carla',
      reason: 'all done',
      causationId: 'the commit',
      commandId: receipt?.commandId,
    })
    expect(receipt?.commandId).not.toBe('the commit')
  })

  it('is logged by another process after a crash between the two streams, once', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    let sealed = false
    const crashing = ledger.another(interposed(ledger.store, () => (sealed ? 'unavailable' : undefined)))
    await commit(crashing)
    sealed = true
    expect(left(await completeCommit(crashing.handler, draft, 0)())).toMatchObject({ _tag: 'unavailable' })
    expect(await logged(ledger)).toEqual([])

    const [receipt, ...more] = await finish(ledger.another())
    expect(more).toEqual([])
    expect(await logged(ledger)).toHaveLength(1)
    const recorded = await eventsIn(ledger.store)
    expect(await finish(ledger.another())).toEqual([])
    for (const again of [ledger, ledger.another()]) {
      expect(right(await completeCommit(again.handler, draft, 0)())).toEqual(receipt)
    }
    expect(await eventsIn(ledger.store)).toEqual(recorded)
  })

  it('is logged once when several finish it at the same time', async () => {
    const slow = openTestLedger(interposed(openTestLedger().store, () => turns(2).then(() => undefined)))
    await upsert(slow, 'w1', 'a=1')
    await commit(slow)
    const all = [slow, slow.another(), slow.another()]
    const receipts = await Promise.all([
      ...all.map(async ({ handler }) => right(await completeCommit(handler, draft, 0)())),
      ...all.map(async (ledger) => (await finish(ledger))[0]),
    ])
    expect(await logged(slow)).toHaveLength(1)
    for (const receipt of receipts) expect(receipt ?? receipts[0]).toEqual(receipts[0])
  })

  it('is logged for each generation that has none, in their order', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    await commit(ledger)
    await upsert(ledger, 'w1', 'a=2')
    right(await ledger.give({ type: 'AbandonDistributed', artifact, distributedId: 'eval' }))
    await upsert(ledger, 'w1', 'a=3')
    right(await ledger.give({ type: 'CommitDistributed', ...draft, writer: 'w1' }))
    await upsert(ledger, 'w1', 'a=4')
    expect(await finish(ledger.another())).toHaveLength(2)
    expect(await logged(ledger)).toMatchObject([
      { version: 0, distributed: { generation: 0 } },
      { version: 1, distributed: { generation: 2 } },
    ])
  })

  it('with content that is there already is recorded as a re-log, once', async () => {
    const ledger = openTestLedger()
    const manifest = await ledger.manifest('a=1')
    right(await ledger.give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest }))
    await upsert(ledger, 'w1', 'a=1')
    await commit(ledger)
    await finish(ledger)
    expect(await finish(ledger.another())).toEqual([])
    expect(await logged(ledger)).toMatchObject([
      { type: 'ArtifactVersionLogged', version: 0 },
      { type: 'ArtifactVersionRelogged', version: 0, distributed: { distributedId: 'eval', generation: 0 } },
    ])
  })

  it('names the version that it builds on, whatever became of that since it was sealed', async () => {
    const ledger = openTestLedger()
    const log = { type: 'LogArtifactVersion', artifact, artifactType: 'model' } as const
    right(await ledger.give({ ...log, manifest: await ledger.manifest('a=1', 'b=1') }))
    right(await ledger.give({ ...log, manifest: await ledger.manifest('z=1') }))
    const part = await ledger.manifest('c=1')
    const base = { collection: artifact, version: 0 }
    right(await ledger.give({ type: 'UpsertDistributedPart', ...draft, writer: 'w1', part, base, remove: ['b'] }))
    await commit(ledger)
    right(await ledger.give({ type: 'DeleteArtifactVersion', artifact, version: 0 }))
    await finish(ledger.another())
    expect((await logged(ledger)).at(-1)).toMatchObject({
      version: 2,
      base: 0,
      manifest: await ledger.manifest('a=1', 'c=1'),
      distributed: { generation: 0 },
    })
  })

  it('follows from the seal alone', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    const seal = await commit(ledger)
    expect(logCommandOf(draft, seal)).toEqual(logCommandOf(draft, structuredClone(seal)))
    const ids = [
      logCommandOf(draft, seal),
      logCommandOf(draft, { ...seal, generation: 1 }),
      logCommandOf({ ...draft, distributedId: 'other' }, seal),
      logCommandOf({ ...draft, artifact: artifactNamed('other') }, seal),
      logCommandOf(draft, seal, 1),
    ].map(({ envelope }) => envelope.commandId)
    expect(new Set(ids).size).toBe(5)
  })

  it('has the id and the digest that it always had, so that a commit is finished once also across releases', async () => {
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    const recorded = (await eventsIn(ledger.store)).find(({ data }) => data.includes('"distributed":'))
    const { commandId, commandDigest } = JSON.parse(recorded?.metadata ?? '')
    expect(JSON.parse(golden.metadata)).toMatchObject({ commandId, commandDigest })
  })

  it('of no draft is none', async () => {
    expect(await finish(openTestLedger())).toEqual([])
  })
})

describe('a forged version', () => {
  /** A draft with a part, and a process that means it ill. */
  const open = async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    return { ledger, mallory: ledger.another() }
  }

  it.each([
    ['of the open generation', 0],
    ['of one that never was', 7],
  ])('cannot be given as a command: %s', async (_which, generation) => {
    const { ledger, mallory } = await open()
    const forged = {
      type: 'LogArtifactVersion',
      artifact,
      artifactType: 'model',
      manifest: await ledger.manifest('evil=1'),
      distributed: { distributedId: 'eval', generation },
    }
    expect(
      left(await mallory.handler.handle({ commandId: 'forged', actor: 'mallory', command: forged })()),
    ).toMatchObject({ _tag: 'invalid-command', problems: [{ at: 'command.distributed' }] })
    expect(await logged(ledger)).toEqual([])

    await commit(ledger)
    await finish(ledger)
    expect(await logged(ledger)).toMatchObject([{ version: 0, manifest: await ledger.manifest('a=1') }])
  })

  it('is not logged: of a generation that is open, was abandoned or never was', async () => {
    const { ledger, mallory } = await open()
    right(await ledger.give({ type: 'AbandonDistributed', artifact, distributedId: 'eval' }))
    await upsert(ledger, 'w1', 'a=1')
    const recorded = await eventsIn(ledger.store)
    for (const generation of [0, 1, 2, -1]) {
      expect(left(await completeCommit(mallory.handler, draft, generation)())).toEqual({
        _tag: 'not-sealed',
        stream: 'draft-acme/churn/model/eval',
        generation,
      })
    }
    expect(await eventsIn(ledger.store)).toEqual(recorded)
  })

  it('comes though one that was sealed before it has to wait', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    await commit(ledger)
    right(await ledger.give({ type: 'DeleteArtifact', artifact }))
    const other = { ...draft, artifactType: 'dataset', writer: 'w1' } as const
    right(await ledger.give({ type: 'CommitDistributed', ...other, part: await ledger.manifest('b=1') }))
    const waiting = { _tag: 'type-mismatch', sealed: { distributedId: 'eval', generation: 0 } }
    expect(left(await completeCommits(ledger.handler, draft)())).toMatchObject(waiting)
    expect(await logged(ledger)).toMatchObject([{ version: 0, distributed: { generation: 1 } }])
  })

  it('does not keep the sealed one from being logged by taking the ids that it would have', async () => {
    const { ledger, mallory } = await open()
    const seal = await commit(ledger)
    for (const taken of [0, 1]) {
      const { commandId } = logCommandOf(draft, seal, taken).envelope
      const manifest = await ledger.manifest(`evil=${taken}`)
      right(
        await mallory.give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest }, { commandId }),
      )
    }
    const [receipt] = await finish(ledger)
    expect(receipt?.events).toMatchObject([
      { type: 'ArtifactVersionLogged', version: 2, manifest: seal.manifest, distributed: { generation: 0 } },
      { type: 'AliasMoved', alias: 'latest', to: 2 },
    ])
    const recorded = await eventsIn(ledger.store)
    for (const again of [ledger, mallory, ledger.another()]) {
      expect(right(await completeCommit(again.handler, draft, 0)())).toEqual(receipt)
    }
    expect(await eventsIn(ledger.store)).toEqual(recorded)
  })
})

describe('a distributed draft', () => {
  it('makes its artifact with the first part, so that its type is settled before the seal', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    expect((await eventsIn(ledger.store)).map(({ type }) => type)).toEqual([
      'ArtifactCreated',
      'DistributedPartUpserted',
    ])
    const part = await ledger.manifest('b=1')
    for (const command of [
      { type: 'UpsertDistributedPart', ...draft, artifactType: 'dataset', writer: 'w2', part },
      { type: 'CommitDistributed', ...draft, artifactType: 'dataset', writer: 'w1' },
    ] satisfies Command[]) {
      expect(left(await ledger.give(command))).toEqual({
        _tag: 'type-mismatch',
        collection: artifact,
        accepted: 'model',
        offered: 'dataset',
      })
    }
    expect(await eventsIn(ledger.store)).toHaveLength(2)
  })

  it('is not sealed where its version would be too large to log, and stays open', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    const answers: string[] = []
    for (let size = MAX_EVENT_BYTES - 1_500; size < MAX_EVENT_BYTES; size += 100) {
      const metadata = { notes: 'x'.repeat(size) }
      const answer = await ledger.give({ type: 'CommitDistributed', ...draft, writer: 'w1', metadata })
      answers.push(answer._tag)
      if (answer._tag === 'Right') await upsert(ledger, 'w1', `a=${size}`)
      else expect(answer.left).toMatchObject({ _tag: 'event-too-large', limit: MAX_EVENT_BYTES })
    }
    expect(new Set(answers)).toEqual(new Set(['Left', 'Right']))
    expect(await finish(ledger)).toHaveLength(answers.filter((answer) => answer === 'Right').length)
  })

  it('is not sealed where the parts disagree, and stays open', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1', 'b=1')
    await upsert(ledger, 'w2', 'a=2', 'b=1')
    const command: Command = { type: 'CommitDistributed', ...draft, writer: 'w1' }
    expect(left(await ledger.give(command))).toMatchObject({
      _tag: 'path-conflict',
      conflicts: [{ path: 'a', claims: [{ writer: 'w1' }, { writer: 'w2' }] }],
    })
    await upsert(ledger, 'w1', 'a=2')
    expect(right(await ledger.give(command)).events).toMatchObject([{ manifest: await ledger.manifest('a=2', 'b=1') }])
  })

  it('may be settled by who came last, though it was an old part again', async () => {
    const ledger = openTestLedger()
    await upsert(ledger, 'w1', 'a=1')
    await upsert(ledger, 'w2', 'a=2')
    await upsert(ledger, 'w1', 'a=1')
    const sealed = await commit(ledger, { lastWriterWins: true })
    expect(sealed).toMatchObject({ writers: 2, lastWriterWins: true, manifest: await ledger.manifest('a=1') })
  })

  it('of many writers at once, in several processes, holds all their parts', async () => {
    const slow = openTestLedger(interposed(openTestLedger().store, () => turns(1).then(() => undefined)))
    const handlers = [slow, slow.another(), slow.another()]
    const writers = Array.from({ length: 12 }, (_, n) => `w${n}`)
    await Promise.all(writers.map((writer, n) => upsert(handlers[n % 3] ?? slow, writer, `${writer}.bin`)))
    expect(await commit(slow)).toMatchObject({ writers: 12, manifest: { entries: 12 } })
  })

  it('is sealed once, whoever commits it at the same time', async () => {
    const slow = openTestLedger(interposed(openTestLedger().store, () => turns(1).then(() => undefined)))
    await upsert(slow, 'w1', 'a=1')
    const command: Command = { type: 'CommitDistributed', ...draft, writer: 'w1' }
    const answers = await Promise.all([slow.give(command), slow.another().give(command), slow.give(command)])
    expect(answers.map(({ _tag }) => _tag).sort()).toEqual(['Left', 'Left', 'Right'])
    for (const answer of answers) {
      if (answer._tag === 'Left') expect(answer.left).toMatchObject({ _tag: 'draft-ended', end: { how: 'sealed' } })
    }
  })
})
