import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../../adapters/memory/index.js'
import { openHeadFile } from '../../../adapters/sqlite/head-file.js'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
import type { EventStore } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/values/position.js'
import { type Ledger, openLedger } from '../../../index.js'
import { gather } from '../../../testing/results.js'
import { commandLine } from '../../support/command-line.js'
import { eventsIn, right } from '../../support/domain-ledger.js'
import { rejection, text } from '../../support/ledger-memory.js'
import { editByHand, openSqlite } from '../../support/sqlite-store.js'
import { warningsTo } from '../../support/warnings.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-head-'))
afterAll(() => rmSync(folder, { recursive: true }))

const setting = { actor: 'anna', entity: 'acme', project: 'churn' }
let made = 0
let directory: string
let path: string
beforeEach(() => {
  directory = join(folder, `${made++}`)
  path = join(directory, 'events.db')
})

const log = (ledger: Ledger, bytes: string) => ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })

/** Logs so many versions, and closes the ledger. Each is two events, and the first three. */
const logged = async (versions: number, options: { readonly directory?: string } = {}): Promise<void> => {
  const ledger = await openLedger({ directory, ...setting, ...options })
  for (let number = 0; number < versions; number++) await log(ledger, `${versions} ${number}`)
  await ledger.close()
}

/** Somebody else's hand, which no trigger stops. */
const byHand = (sql: string): void => editByHand(path, sql)

const versionsOf = async (ledger: Ledger): Promise<number> =>
  (await ledger.artifacts()).items.reduce((sum, { versionCount }) => sum + versionCount, 0)

/** What is told by the opening of a store. */
const toldBy = async (options: { readonly readOnly?: boolean } = {}): Promise<ReadonlyArray<string>> => {
  const told: string[] = []
  const store = await openSqlite({ path, logger: warningsTo(told), ...options })
  await store.head()()
  await store.close()
  return told
}

/** Leaves a log of two versions beside a file that holds one. */
const leaveLog = async (): Promise<void> => {
  await logged(1)
  const ledger = await openLedger({ directory, ...setting })
  await log(ledger, 'second')
  await log(ledger, 'third')
  const kept = ['', '-wal'].map((end) => [path + end, readFileSync(path + end)] as const)
  await ledger.close()
  for (const [file, bytes] of kept) writeFileSync(file, bytes)
}

interface Accident {
  /** Makes a ledger of three versions, which are seven events, and loses some. */
  readonly happen: () => Promise<void>
  /** How many versions are left, and the position of the last event. */
  readonly left: readonly [versions: number, position: number]
}

const ACCIDENTS: Readonly<Record<string, Accident>> = {
  'the last rows are deleted': {
    happen: async () => {
      await logged(3)
      byHand('DELETE FROM events WHERE position > 5')
    },
    left: [2, 5],
  },
  'an older copy is put back': {
    happen: async () => {
      await logged(1)
      copyFileSync(path, `${path}.copy`)
      await logged(2)
      copyFileSync(`${path}.copy`, path)
    },
    left: [1, 3],
  },
  'the write-ahead log is cut': {
    happen: async () => {
      await leaveLog()
      truncateSync(`${path}-wal`, statSync(`${path}-wal`).size - 1)
    },
    left: [2, 5],
  },
  'the write-ahead log is gone': {
    happen: async () => {
      await leaveLog()
      rmSync(`${path}-wal`)
    },
    left: [1, 3],
  },
  'the file is emptied': {
    happen: async () => {
      await logged(3)
      writeFileSync(path, '')
    },
    left: [0, 0],
  },
  'the file is emptied beside its log': {
    happen: async () => {
      await leaveLog()
      writeFileSync(path, '')
    },
    left: [0, 0],
  },
  'the file is gone': {
    happen: async () => {
      await logged(3)
      rmSync(path)
    },
    left: [0, 0],
  },
}

const AT_THE_COMMAND_LINE = ['the last rows are deleted', 'the file is emptied', 'the file is gone']

describe.each(Object.entries(ACCIDENTS))('a ledger of which %s', (_name, { happen, left: [versions, position] }) => {
  const lost = { _tag: 'history-lost', place: expect.stringContaining('events.db') }
  const loss = {
    first: position + 1,
    last: 7,
    noted: { events: 7, position: 7 },
    found: { events: position, position },
  }

  it('answers from what is there, says what is lost, and takes no command until that is accepted', async () => {
    await happen()
    const reader = await openLedger({ directory, ...setting, readOnly: true })
    expect(reader.damage).toMatchObject({ ...lost, loss })
    expect(await versionsOf(reader)).toBe(versions)
    await reader.close()

    const ledger = await openLedger({ directory, ...setting })
    expect(ledger.damage).toMatchObject({ ...lost, loss })
    expect(await versionsOf(ledger)).toBe(versions)
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await rejection(log(ledger, 'more'))).toMatchObject({ code: 'history-lost' })
    }
    expect(await ledger.moment()).toMatchObject({ position })
    await ledger.close()

    const again = await openLedger({ directory, ...setting })
    expect(again.damage).toMatchObject({ ...lost, loss })
    expect(await again.acceptLoss({ reason: 'no copy' })).toMatchObject({ position: 8, events: [loss] })
    expect(again.damage).toBeUndefined()
    expect(await rejection(again.acceptLoss({ reason: 'again' }))).toMatchObject({ code: 'nothing-lost' })
    expect(await log(again, 'more')).toMatchObject({ version: versions, position: versions === 0 ? 11 : 10 })
    expect(await again.verify()).toMatchObject({ damagedEvents: [], damaged: [] })
    await again.close()

    const later = await openLedger({ directory, ...setting })
    expect(later.damage).toBeUndefined()
    expect(await versionsOf(later)).toBe(versions + 1)
    await later.close()
  })
})

describe.each(Object.entries(ACCIDENTS).filter(([name]) => AT_THE_COMMAND_LINE.includes(name)))(
  'at the command line a ledger of which %s',
  (_name, { happen, left: [versions, position] }) => {
    it('is asked with the same care', async () => {
      await happen()
      const cli = commandLine(directory)
      const ledger = ['--ledger', directory]
      const listed = await cli('list', 'artifacts', '--json', ...ledger)
      expect(listed.code).toBe(5)
      expect(listed.out === '').toBe(versions === 0)
      expect(JSON.parse(listed.err)).toMatchObject({
        code: 'history-lost',
        details: { loss: { first: position + 1, last: 7 } },
      })
      expect(await cli('init', directory)).toMatchObject({ code: 5, out: expect.stringContaining('already') })
      const refused = await cli('create', 'artifact', 'acme/churn/dogs', '--type', 'model', ...ledger)
      expect([refused.code, refused.out]).toEqual([5, ''])
      expect(refused.err).toContain('by "model-ledger accept-loss"')

      const unexplained = await cli('accept-loss', ...ledger)
      expect([unexplained.code, unexplained.err]).toEqual([2, expect.stringContaining('reason: expected a reason')])
      const accepted = await cli('accept-loss', '--reason', 'no copy', ...ledger)
      expect([accepted.code, accepted.out]).toEqual([0, 'accepted: the ledger goes on at position 8 without them\n'])
      expect(accepted.err).toContain('has lost the events at the positions')
      expect(await cli('list', 'artifacts', ...ledger)).toMatchObject({ code: 0, err: '' })
    })
  },
)

describe('a ledger that is whole', () => {
  it('is not alarmed: nothing is told, of what closed, of what was killed, or of what somebody copied', async () => {
    await leaveLog()
    expect(await toldBy()).toEqual([])
    const ledger = await openLedger({ directory, ...setting })
    expect(ledger.damage).toBeUndefined()
    const other = await openLedger({ directory, ...setting })
    await log(other, 'more')
    expect(await versionsOf(ledger)).toBe(4)
    expect([ledger.damage, other.damage]).toEqual([undefined, undefined])
    await ledger.close()
    await other.close()
  })

  it('has a head that lags: it says then what it knows, and is brought up to what is there', async () => {
    await logged(1)
    copyFileSync(`${path}-head`, `${path}.copy`)
    await logged(2)
    copyFileSync(`${path}.copy`, `${path}-head`)
    expect(await toldBy()).toEqual([])
    expect(headOf()).toMatchObject({ end: { events: 7, position: 7 } })
  })

  it('is told once to have no head, and has one from then on', async () => {
    await logged(2)
    rmSync(`${path}-head`)
    expect(await toldBy({ readOnly: true })).toEqual([expect.stringContaining('cannot be told')])
    expect(existsSync(`${path}-head`)).toBe(false)
    expect(await toldBy()).toEqual([
      expect.stringMatching(
        /there is no .*events\.db-head, .* whether the end of .*events\.db is missing cannot be told/,
      ),
    ])
    expect(await toldBy()).toEqual([])
    expect(headOf()).toMatchObject({ end: { events: 5, position: 5 } })
  })

  it('says so of a head that is damaged, and is not at a loss where it is so in part', async () => {
    await logged(2)
    const whole = readFileSync(`${path}-head`)
    for (const [at, said] of [
      [3, /events\.db-head is damaged: whether the end/],
      [400, /events\.db-head is damaged in part/],
      [600, /events\.db-head is damaged in part/],
      [1100, /events\.db-head is damaged in part/],
    ] as const) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 4
      writeFileSync(`${path}-head`, bytes)
      for (const readOnly of [true, false]) {
        const told: string[] = []
        const events = sqliteEventStore({ path, readOnly, logger: warningsTo(told) })
        const ledger = await openLedger({ events, files: memoryFileStore(), ...setting, readOnly })
        const reason = expect.stringMatching(said)
        expect([told, (await ledger.verify()).damagedEvents]).toEqual([[reason], [expect.objectContaining({ reason })]])
        await ledger.close()
      }
      expect(await toldBy()).toEqual([])
      expect(headOf()).toMatchObject({ end: { events: 5, position: 5 } })
    }
    for (const bytes of [whole.subarray(0, 700), Buffer.alloc(whole.length)]) {
      writeFileSync(`${path}-head`, bytes)
      expect(await toldBy()).toHaveLength(1)
      expect(await toldBy()).toEqual([])
    }
  })

  it('takes no byte of a head for whole that is another', async () => {
    await logged(2)
    const whole = readFileSync(`${path}-head`)
    const file = openHeadFile(`${path}-head`, true)
    const unseen = [...whole.keys()].filter((at) => {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      writeFileSync(`${path}-head`, bytes)
      file.read()
      return file.isWhole()
    })
    expect(unseen).toEqual([])
    file.close()
  })

  it('takes over another id with an import', async () => {
    await logged(2)
    const source = await openLedger({ directory, ...setting })
    directory = join(folder, `${made++}`)
    path = join(directory, 'events.db')
    const ledger = await openLedger({ directory, ...setting })
    await ledger.importEvents(source.exportEvents())
    expect(ledger.damage).toBeUndefined()
    await source.close()
    await ledger.close()
    expect(await toldBy()).toEqual([])
    expect(headOf()).toMatchObject({ end: { events: 5, position: 5 } })
  })
})

describe('a ledger of which the events and their head are gone', () => {
  it('is told to be so where its files are, and nothing is made in its place', async () => {
    await logged(1)
    const [id = ''] = readdirSync(join(directory, 'files', 'ledgers'))
    for (const end of ['', '-head']) rmSync(path + end)
    const message = expect.stringMatching(`the events of the ledger ${id} are gone.*Put events.db back from a copy`)
    for (const readOnly of [true, false])
      expect(await rejection(openLedger({ directory, ...setting, readOnly }))).toMatchObject({
        code: 'damaged-store',
        message,
      })
    const cli = commandLine(directory)
    for (const command of [['list', 'artifacts'], ['verify'], ['accept-loss', '--reason', 'none']])
      expect(await cli(...command, '--ledger', directory)).toMatchObject({ code: 5, out: '', err: message })
    expect(await cli('init', directory)).toMatchObject({ code: 5, out: '', err: message })
    expect(readdirSync(directory)).toEqual(['files'])
    rmSync(join(directory, 'files', 'ledgers', id))
    expect(await cli('init', directory)).toMatchObject({ code: 0, out: expect.stringContaining('made') })
  })
})

describe('the head of another ledger', () => {
  it.each(['the head', 'the file of events'])(
    'is told as that, where %s was put in the place of its own',
    async (what) => {
      await logged(2)
      const other = join(folder, `${made++}`)
      await logged(3, { directory: other })
      const end = what === 'the head' ? '-head' : ''
      copyFileSync(join(other, `events.db${end}`), path + end)
      const ledger = await openLedger({ directory, ...setting, readOnly: true })
      expect(ledger.damage).toMatchObject({ _tag: 'head-of-another-ledger', head: `${path}-head` })
      await ledger.close()
      const cli = commandLine(directory)
      expect(await cli('accept-loss', '--reason', 'r', '--ledger', directory)).toMatchObject({ code: 5, out: '' })
      if (what !== 'the head') return
      rmSync(`${path}-head`)
      expect(
        await cli('create', 'artifact', 'acme/churn/dogs', '--type', 'model', '--ledger', directory),
      ).toMatchObject({
        code: 0,
      })
    },
  )
})

describe('the id of the ledger, changed to another', () => {
  const other = '00000000-0000-4000-8000-000000000000'

  it('is told by whoever needs it, of a file that is opened and of one that is open, and is right again when put back', async () => {
    await logged(2)
    const before = await openLedger({ directory, ...setting })
    const id = (await gather(before.exportEvents()))[0]
    const own = JSON.parse(Buffer.from(id ?? []).toString()).ledger
    byHand(`UPDATE ledger SET id = '${other}'`)
    const refused = { code: 'damaged-store', message: expect.stringContaining(`is ${other}, and was ${own}`) }
    expect(await rejection(gather(before.exportEvents()))).toMatchObject(refused)
    await before.close()
    const head = readFileSync(`${path}-head`)
    const reader = await openLedger({ directory, ...setting, readOnly: true })
    expect(await versionsOf(reader)).toBe(2)
    expect(await rejection(gather(reader.exportEvents()))).toMatchObject(refused)
    await reader.close()
    expect(await rejection(openLedger({ directory, ...setting }))).toMatchObject({ message: refused.message })
    expect(readFileSync(`${path}-head`).equals(head)).toBe(true)
    byHand(`UPDATE ledger SET id = '${own}'`)
    await logged(3)
    expect(await toldBy()).toEqual([])
  })
})

describe('with durability relaxed', () => {
  const relaxed = async (): Promise<EventStore> => openSqlite({ path, durability: 'relaxed', logger: warningsTo([]) })

  /** A head of before the machine was started anew. */
  const startedAnew = (): void => {
    const file = openHeadFile(`${path}-head`, false)
    const head = file.read()
    if (typeof head === 'string') throw new Error(head)
    file.replace({ ...head, boot: 'before' })
    file.close()
  }

  const appended = async (store: EventStore, count: number): Promise<void> => {
    for (let number = 0; number < count; number++) {
      right(
        await store.append(`s${number}${Math.random()}`, 'none', [
          { id: `${Math.random()}`, type: 'Happened', data: '{}', metadata: '{}' },
        ])(),
      )
    }
  }

  it('what was lost with the power is told, and gone on from', async () => {
    await logged(2)
    const store = await relaxed()
    await appended(store, 3)
    await store.close()
    startedAnew()
    byHand('DELETE FROM events WHERE position > 6')
    expect(await toldBy()).toEqual([expect.stringMatching(/has lost the events at the positions 7 to 8.*started anew/)])
    expect(await toldBy()).toEqual([])
    expect(headOf()).toMatchObject({ end: { position: 6 } })
  })

  it('what was lost while the machine ran, or was durable before, is lost', async () => {
    await logged(2)
    const store = await relaxed()
    await appended(store, 3)
    await store.close()
    byHand('DELETE FROM events WHERE position > 6')
    const running = await relaxed()
    expect(running.damage?.()).toMatchObject({ _tag: 'history-lost' })
    await running.close()
    startedAnew()
    byHand('DELETE FROM events WHERE position > 4')
    const anew = await relaxed()
    expect(anew.damage?.()).toMatchObject({ loss: { first: 5, last: 8 } })
    await anew.close()
  })
})

describe('stores that are open', () => {
  it('notice at their next look what another took away, and that another accepted it', async () => {
    await logged(2)
    const [one, other] = [await openSqlite({ path }), await openSqlite({ path })]
    const followed = one.subscribe(toPosition(5))[Symbol.asyncIterator]()
    const next = followed.next()
    byHand('DELETE FROM events WHERE position > 3')
    const event = { id: 'x', type: 'Happened', data: '{}', metadata: '{}' }
    expect(await other.append('s', 'none', [event])()).toMatchObject({ left: { _tag: 'history-lost' } })
    expect(right(await one.head()())).toBe(3)
    expect(one.damage?.()).toMatchObject({ loss: { first: 4, last: 5 } })

    const ledger = await openLedger({ directory, ...setting })
    await ledger.acceptLoss({ reason: 'r' })
    expect((await next).value).toMatchObject([{ type: 'LossAccepted', position: 6 }])
    expect(right(await one.head()())).toBe(6)
    expect(one.damage?.()).toBeUndefined()
    expect(await other.append('s', 'none', [event])()).toMatchObject({ right: { position: 7 } })
    expect((await eventsIn(one)).map(({ position }) => position)).toEqual([1, 2, 3, 6, 7])
    await followed.return?.()
    for (const store of [one, other, ledger]) await store.close()
  })

  it('answer from what is there, not from what they knew', async () => {
    await logged(3)
    const ledger = await openLedger({ directory, ...setting })
    expect(await versionsOf(ledger)).toBe(3)
    byHand('DELETE FROM events WHERE position > 5')
    // The store is asked once in a turn of the event loop.
    await nextTurn()
    expect(await versionsOf(ledger)).toBe(2)
    expect(ledger.damage).toMatchObject({ loss: { first: 6, last: 7 } })
    const other = await openLedger({ directory, ...setting })
    await other.acceptLoss({ reason: 'r' })
    await log(other, 'instead')
    await nextTurn()
    expect((await ledger.resolve('cats:v2')).manifest).toEqual((await other.resolve('cats:v2')).manifest)
    await ledger.close()
    await other.close()
  })

  it('believe no snapshot that knows more than is there', async () => {
    await logged(3)
    const ledger = await openLedger({ directory, ...setting })
    await ledger.startRun({ run: 'r' })
    await Promise.all(Array.from({ length: 1000 }, (_, loss) => ledger.summariseRun({ run: 'r', metrics: { loss } })))
    await ledger.artifacts()
    await ledger.close()
    expect(readdirSync(join(directory, 'snapshots')).length).toBeGreaterThan(1)
    byHand('DELETE FROM events WHERE position > 5')
    const later = await openLedger({ directory, ...setting, readOnly: true })
    expect(await versionsOf(later)).toBe(2)
    await later.close()
  })
})

const headOf = () => {
  const file = openHeadFile(`${path}-head`, true)
  const head = file.read()
  file.close()
  return head
}
