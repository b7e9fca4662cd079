import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { lastValueFrom } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import { type EventStore, EventStoreError, type StoredEvent } from '../../domain/ports/event-store.js'
import type { FileKind, FileStore, FileStoreError } from '../../domain/ports/file-store.js'
import { type Digest, sha256 } from '../../domain/values/digest.js'
import { openLedger } from '../../index.js'
import { rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-maintenance-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HOUR = 3600 * 1000

/** A ledger whose clock stands until it is moved. */
const ledgerInTime = async (stores: Partial<{ events: EventStore; files: FileStore }> = {}) => {
  let time = Date.parse('2026-05-03T14:00:00Z')
  const now = () => new Date(time)
  const { events = memoryEventStore(), files = memoryFileStore({ now }) } = stores
  const sleeping = new Set<() => void>()
  const clock: Clock = {
    now,
    monotonic: () => time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const until = time + milliseconds
        const wake = () => {
          if (time < until && signal?.aborted !== true) return
          sleeping.delete(wake)
          resolve()
        }
        sleeping.add(wake)
        signal?.addEventListener('abort', wake)
      }),
  }
  const ledger = await openLedger({ events, files, clock, actor: 'anna', entity: 'acme', project: 'animals' })
  /** Whoever slept until then has its turn. */
  const pass = async (hours: number): Promise<void> => {
    time += hours * HOUR
    for (const wake of sleeping) wake()
    await nextTurn()
  }
  const log = (...contents: ReadonlyArray<string>) =>
    ledger.logArtifact({
      name: 'cats',
      type: 'model',
      content: contents.map((bytes) => ({ bytes, as: `${bytes}.txt` })),
    })
  const has = async (kind: FileKind, digest: ReturnType<typeof sha256>) => {
    const found = await files.has(kind, digest)()
    return 'right' in found && found.right !== undefined
  }
  return { ledger, files, pass, log, has }
}

const none = { files: 0, bytes: 0, firstGoes: null, lastGoes: null }
const nothing = { files: [], bytes: 0, recent: none, unfinished: none }

describe('garbage collection', () => {
  it('deletes nothing where the history holds what it does not understand', async () => {
    const events = memoryEventStore()
    const { ledger, pass, log } = await ledgerInTime({ events })
    await log('own')
    const metadata =
      '{"actor":"b","commandDigest":"x","commandId":"c","recordedAt":"2026-05-03T14:00:00.000Z","schema":1}'
    const future = { id: randomUUID(), type: 'ArtifactVersionCherished', data: '{}', metadata }
    await events.append('artifact-acme/animals/dogs', 'none', [future])()
    await pass(25)
    expect(await rejection(ledger.collectable())).toMatchObject({
      code: 'not-understood',
      message: expect.stringContaining('ArtifactVersionCherished'),
    })
    await ledger.close()
  })

  it('deletes what only deleted versions name, a day after it was last put, and never a manifest', async () => {
    const { ledger, pass, log, has } = await ledgerInTime()
    await log('shared', 'own')
    const { version } = await log('shared', 'newer')
    const { manifest } = await ledger.resolve('cats:v0')
    await ledger.deleteVersion({ version: 'cats:v0' })
    const goes = new Date('2026-05-04T14:00:00Z')
    const recent = { files: 1, bytes: 3, firstGoes: goes, lastGoes: goes }
    expect(await ledger.collectable()).toEqual({ ...nothing, recent })
    await pass(25)
    const plan = await ledger.collectable()
    expect(plan).toMatchObject({ files: [{ digest: sha256('own'), size: 3, lastPut: expect.any(Date) }], bytes: 3 })
    expect(await has('file', sha256('own'))).toBe(true)

    const progress: number[] = []
    const collected = await ledger.collectGarbage(plan, ({ bytesDone }) => progress.push(bytesDone))
    expect(collected).toEqual({ deleted: 1, bytes: 3, kept: 0 })
    expect(progress).toEqual([3])
    expect(await has('file', sha256('own'))).toBe(false)
    expect(await has('file', sha256('shared'))).toBe(true)
    expect(await has('manifest', manifest.digest)).toBe(true)
    expect(await ledger.collectable()).toEqual(nothing)
    expect(await ledger.verify()).toMatchObject({ versions: 1, files: 2, damaged: [] })

    // What was collected can be logged again.
    expect(await log('shared', 'own')).toMatchObject({ version: version + 1, isNew: true })
    expect(await ledger.verify()).toMatchObject({ versions: 2, files: 3, damaged: [] })
    await ledger.close()
  })

  it('says what nothing names and is too young, and from when on it can go', async () => {
    const { ledger, files, pass, log } = await ledgerInTime()
    await log('needed')
    await files.put('file', { bytes: Buffer.from('old') })()
    await pass(20)
    for (const bytes of ['one', 'other']) {
      await files.put('file', { bytes: Buffer.from(bytes) })()
      await pass(2)
    }
    const recent = {
      files: 2,
      bytes: 8,
      firstGoes: new Date('2026-05-05T10:00:00Z'),
      lastGoes: new Date('2026-05-05T12:00:00Z'),
    }
    expect(await ledger.collectable()).toMatchObject({ files: [], recent: { files: 3, bytes: 11 } })
    await pass(1)
    const plan = await ledger.collectable()
    expect(plan).toMatchObject({ files: [{ digest: sha256('old') }], bytes: 3, recent, unfinished: none })
    expect(await ledger.collectGarbage({ files: plan.files, bytes: plan.bytes })).toMatchObject({ deleted: 1 })
    expect(await ledger.collectable()).toEqual({ ...nothing, recent })
    await ledger.close()
  })

  it('deletes a day later what a whole artifact held that was deleted, and nothing that another holds', async () => {
    const { ledger, files, pass, log, has } = await ledgerInTime()
    await log('own', 'shared')
    await log('newer')
    await ledger.createRegisteredModel({ name: 'pets', type: 'model' })
    await ledger.link({ version: 'cats:v0', to: 'pets' })
    await ledger.copy({ version: 'cats:v1', to: 'lions' })
    await ledger.deleteArtifact({ name: 'cats', leaveLinks: true })
    expect(await ledger.collectable()).toMatchObject({ files: [], recent: { files: 2, bytes: 9 } })
    await pass(25)
    const plan = await ledger.collectable()
    expect(plan.files.map(({ digest }) => digest).sort()).toEqual([sha256('own'), sha256('shared')].sort())
    expect(await ledger.collectGarbage(plan)).toEqual({ deleted: 2, bytes: 9, kept: 0 })
    expect(await has('file', sha256('newer'))).toBe(true)
    expect(await ledger.collectable()).toEqual(nothing)
    // Its versions, the link and the name tell as ever what was there; what is logged again begins anew.
    expect(await ledger.version('pets:v0')).toMatchObject({ source: 'acme/animals/cats:v0', deleted: {} })
    expect(await log('own')).toMatchObject({ version: 2, isNew: true })
    expect(await ledger.verify()).toMatchObject({ versions: 2, files: 2, damaged: [], damagedEvents: [] })
    const { manifest } = await ledger.version('cats:v0')
    expect((await files.has('manifest', manifest.digest)())._tag).toBe('Right')
    await ledger.close()
  })

  it('leaves what was put again shortly before, or is named again since it was planned', async () => {
    const { ledger, files, pass, log } = await ledgerInTime()
    await log('again', 'named', 'gone')
    await log('other')
    await ledger.deleteVersion({ version: 'cats:v0' })
    await pass(48)
    const plan = await ledger.collectable()
    expect(plan.files).toHaveLength(3)
    // Somebody is about to log this, and somebody has logged that.
    await files.put('file', { bytes: Buffer.from('again') })()
    await log('named')
    expect(await ledger.collectGarbage(plan)).toEqual({ deleted: 1, bytes: 4, kept: 2 })
    await pass(23)
    expect(await ledger.collectable()).toMatchObject({ files: [], recent: { files: 1, bytes: 5 } })
    await pass(2)
    expect((await ledger.collectable()).files).toMatchObject([{ digest: sha256('again') }])
    await ledger.close()
  })

  it('deletes nothing that is not in the plan', async () => {
    const { ledger, pass, log, has } = await ledgerInTime()
    await log('one')
    await log('two')
    await log('three')
    await ledger.deleteVersion({ version: 'cats:v0' })
    await pass(48)
    const plan = await ledger.collectable()
    await ledger.deleteVersion({ version: 'cats:v1' })
    expect(await ledger.collectGarbage(plan)).toMatchObject({ deleted: 1 })
    expect(await has('file', sha256('two'))).toBe(true)
    await ledger.close()
  })

  it('leaves the parts of drafts that are open, or sealed and not yet logged, until they are abandoned', async () => {
    const stores = { events: memoryEventStore() }
    const { ledger, pass } = await ledgerInTime(stores)
    const sharded = { name: 'sharded', type: 'dataset' }
    await ledger.upsertDistributed({ ...sharded, distributedId: 'open', content: text('part', '1') })
    await ledger.upsertDistributed({ ...sharded, distributedId: 'given up', content: text('lost', '1') })
    await ledger.commitDistributed({ ...sharded, distributedId: 'done', content: text('done', '1') })
    await pass(48)
    expect(await ledger.collectable()).toEqual(nothing)
    await ledger.abandonDistributed({ name: 'sharded', distributedId: 'given up' })
    expect((await ledger.collectable()).files).toMatchObject([{ digest: sha256('lost') }])
    await ledger.deleteVersion({ version: 'sharded:v0', deleteAliases: true })
    expect(await ledger.collectGarbage(await ledger.collectable())).toMatchObject({ deleted: 2 })
    await ledger.commitDistributed({ ...sharded, distributedId: 'open' })
    expect(await ledger.verify()).toMatchObject({ versions: 1, files: 1, damaged: [] })
    await ledger.close()
  })

  it('takes nothing of a version that is acknowledged, however long its draft or its content took', async () => {
    const { ledger, pass, log } = await ledgerInTime()
    await log('begun')
    const collect = async () => ledger.collectGarbage(await ledger.collectable())
    const draft = await ledger.newArtifact({ name: 'slow', type: 'model' })
    await draft.add(text('of yesterday', 'a'))
    await pass(25)
    expect(await collect()).toMatchObject({ deleted: 1 })
    expect(await rejection(draft.log())).toMatchObject({ code: 'file-missing' })
    await draft.add(text('of yesterday', 'a'), { overwrite: true })
    await draft.log()

    // Content that comes for more than a day, with all that was stored before it.
    const slowly = async function* () {
      for (let hours = 0; hours < 30; hours += 5) {
        yield Buffer.from(`after ${hours} hours`)
        await pass(5)
        expect(await collect()).toMatchObject({ deleted: 0 })
      }
    }
    const content = [...text('first', 'first'), { stream: slowly(), as: 'slow' }]
    await ledger.logArtifact({ name: 'slow', type: 'model', content })
    expect(await ledger.verify()).toMatchObject({ versions: 3, damaged: [] })
    await ledger.close()
  })

  it('goes by the clock that dates the files, whatever its own process takes the time to be', async () => {
    const files = memoryFileStore()
    const ahead = { ...systemClock, now: () => new Date(Date.now() + 48 * HOUR) }
    const ledger = await openLedger({ events: memoryEventStore(), files, clock: ahead, actor: 'anna', entity: 'acme' })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('meow') })
    await ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true })
    expect(await ledger.collectable()).toMatchObject({ files: [], recent: { files: 1, bytes: 4 } })
    await ledger.close()
  })

  it('deletes nothing while a manifest cannot be read', async () => {
    const events = memoryEventStore()
    let time = 0
    const files = memoryFileStore({ now: () => new Date(time) })
    const { ledger, log, has } = await ledgerInTime({ events, files })
    await log('gone')
    await log('kept')
    await ledger.deleteVersion({ version: 'cats:v0' })
    time += 25 * HOUR
    const plan = await ledger.collectable()
    expect(plan.files).toHaveLength(1)

    const open: FileStore['open'] = (_, digest) => TE.left({ _tag: 'file-missing', digest })
    const { ledger: blind } = await ledgerInTime({ events, files: { ...files, open } })
    expect(await rejection(blind.collectGarbage(plan))).toMatchObject({ code: 'file-missing' })
    expect(await has('file', sha256('gone'))).toBe(true)
    await ledger.close()
  })
})

/** A store in which some events are not what they were: `change` may replace one as it is read. */
const changedStore = (change: (stored: StoredEvent) => StoredEvent) => {
  const events = memoryEventStore()
  const changed = async function* (pages: AsyncIterable<ReadonlyArray<StoredEvent>>) {
    for await (const page of pages) yield page.map(change)
  }
  const store: EventStore = { ...events, readAll: (after) => changed(events.readAll(after)) }
  return store
}

it('two versions of which one is not there are not compared, whatever became of the content of the other', async () => {
  const files = memoryFileStore()
  const { ledger, log } = await ledgerInTime({
    files: {
      ...files,
      open: (kind, digest) => (kind === 'manifest' ? TE.left(gone(digest)) : files.open(kind, digest)),
    },
  })
  await log('own')
  expect(await rejection(ledger.diff('cats:v0', 'cats:v99'))).toMatchObject({ code: 'version-not-found' })
  // Nothing is left that rejects with nobody listening, which would end the process.
  await new Promise((resolve) => setImmediate(resolve))
  await ledger.close()
})
const gone = (digest: Digest): FileStoreError => ({ _tag: 'file-missing', digest })

describe('verification', () => {
  it('decodes every event in full, and counts those of types from the future', async () => {
    // Of the right shape for answers, and no alias.
    const bent = (stored: StoredEvent): StoredEvent =>
      stored.type === 'AliasMoved' ? { ...stored, data: stored.data.replace('latest', 'v9') } : stored
    const { ledger, log } = await ledgerInTime({
      events: changedStore((stored) =>
        stored.type === 'ArtifactCreated' && stored.stream.endsWith('dogs')
          ? { ...stored, type: 'Barked' }
          : bent(stored),
      ),
    })
    await log('own')
    await ledger.createArtifact({ name: 'dogs', type: 'model' })
    const { events, damagedEvents, unknownEvents } = await ledger.verify()
    expect(events).toBe(4)
    expect(damagedEvents).toEqual([
      {
        stream: 'artifact-acme/animals/cats',
        revision: 2,
        position: 3,
        reason: expect.stringContaining('v9'),
        touches: expect.stringContaining('artifact-acme/animals/cats'),
        remedy: expect.any(String),
      },
    ])
    expect(unknownEvents).toEqual({ Barked: 1 })
    await ledger.close()
  })

  it('and every other reader of events says what is damaged as the face says it', async () => {
    let broken = false
    const events = changedStore((stored) => {
      if (broken) throw new EventStoreError('damaged', 'the file is damaged')
      return stored
    })
    const { ledger, log } = await ledgerInTime({ events })
    await log('own')
    await ledger.resolve('cats')
    broken = true
    const each = async (items: AsyncIterable<unknown>): Promise<void> => {
      for await (const _ of items);
    }
    const readers: ReadonlyArray<() => Promise<unknown>> = [
      () => ledger.verify(),
      () => each(ledger.exportEvents()),
      () => each(ledger.replay()),
      () => each(ledger.exportHistory({ format: 'csv' })),
      () => lastValueFrom(ledger.replayed()),
      () => ledger.importEvents([]),
    ]
    const errors = await Promise.all(readers.map((read) => rejection(read())))
    expect(errors.map(({ name, code }) => [name, code])).toEqual([
      ...Array(5).fill(['LedgerError', 'damaged-store']),
      ['LedgerError', 'incomplete-export'],
    ])
    expect(await rejection(ledger.rebuild())).toMatchObject({ code: 'damaged-store' })
    await ledger.close()
  })

  it('reads every file of every live version again and names what is missing or damaged, and where', async () => {
    const path = join(folder, 'files')
    const opened = await directoryFileStore({ path })()
    if (opened._tag === 'Left') throw new Error(opened.left.reason)
    const { ledger, log } = await ledgerInTime({ files: opened.right })
    await log('whole', 'torn')
    await log('whole', 'missing')
    await log('torn')
    await log('deleted')
    await ledger.logArtifact({
      name: 'elsewhere',
      type: 'dataset',
      content: [{ reference: 's3://bucket/key', as: 'k', digest: sha256('whole'), size: 5 }],
    })
    await ledger.deleteVersion({ version: 'cats:v3', deleteAliases: true })
    expect(await ledger.verify()).toMatchObject({ versions: 4, files: 3, bytes: 16, damaged: [] })

    const placeOf = (kind: string, digest: string) => {
      const digits = digest.slice('sha256:'.length)
      return join(path, kind, digits.slice(0, 2), digits.slice(2))
    }
    const torn = placeOf('files', sha256('torn'))
    chmodSync(torn, 0o600)
    writeFileSync(torn, 'TORN')
    rmSync(placeOf('files', sha256('missing')))
    const { manifest } = await ledger.resolve('cats:v2')
    rmSync(placeOf('manifests', manifest.digest))

    const progress: unknown[] = []
    const { damaged } = await ledger.verify(({ filesDone, files }) => progress.push([filesDone, files]))
    // Of the events first, when nothing is known of files.
    expect(progress).toEqual([[undefined, undefined], ...[1, 2, 3].map((done) => [done, 3])])
    expect(await ledger.verify(undefined, { contents: false })).toMatchObject({ versions: 4, files: 0, damaged: [] })
    expect(damaged.map(({ kind, error, namedBy }) => [kind, error._tag, namedBy])).toEqual([
      ['manifest', 'file-missing', [{ version: 'acme/animals/cats:v2' }]],
      ['file', 'file-damaged', [{ version: 'acme/animals/cats:v0', path: 'torn.txt' }]],
      ['file', 'file-missing', [{ version: 'acme/animals/cats:v1', path: 'missing.txt' }]],
    ])
    expect(damaged[1]?.reason).toMatch(/changed or damaged on disk/)
    await ledger.close()
  })
})
