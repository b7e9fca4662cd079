/**
 * What a disk may do to anything that a ledger in a directory keeps, at random: questions are answered as before or
 * refused, events that are gone are told, and `verify` names whatever was changed of what is stored.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openHeadFile } from '../../adapters/sqlite/head-file.js'
import { type Ledger, openLedger } from '../../index.js'
import { campaign } from '../support/campaign.js'
import { cutOff, flipBit, PAGE, repeatPage, sizeOf, zeroPage } from '../support/flips.js'
import { answersIn, type LedgerAnswers } from '../support/ledger-answers.js'
import { text } from '../support/ledger-memory.js'
import { openConnection } from '../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'damage-'))
afterAll(() => rmSync(folder, { recursive: true }))

const setting = { actor: 'anna', entity: 'acme', project: 'churn' }

/** Each fills a ledger; whether it is copied while it is open, with its write-ahead log. */
const SHAPES: ReadonlyArray<{ readonly fill: (ledger: Ledger) => Promise<unknown>; readonly isOpen: boolean }> = [
  { isOpen: true, fill: async (ledger) => logged(ledger, 'cats', 8) },
  {
    isOpen: false,
    fill: async (ledger) => {
      for (const name of ['cats', 'dogs', 'birds']) await logged(ledger, name, 3)
      await ledger.link({ version: 'cats:v1', to: 'acme/model-registry/pets', aliases: ['production'] })
      await ledger.describe({ version: 'dogs:v0', description: 'x'.repeat(9000) })
    },
  },
  // So long that a snapshot is kept.
  {
    isOpen: false,
    fill: async (ledger) => {
      await logged(ledger, 'cats', 2)
      await Promise.all(
        Array.from({ length: 1100 }, (_, n) => ledger.moveAlias({ version: `cats:v${n % 2}`, alias: `best-${n % 7}` })),
      )
    },
  },
]

const logged = async (ledger: Ledger, name: string, versions: number): Promise<void> => {
  for (let n = 0; n < versions; n++)
    await ledger.logArtifact({ name, type: 'model', content: text(`${name} ${n} `.repeat(50)), metadata: { loss: n } })
}

interface Original {
  readonly directory: string
  readonly files: ReadonlyArray<string>
  readonly rows: string
  readonly before: LedgerAnswers
}

const originals: Original[] = []
beforeAll(async () => {
  for (const [index, { fill, isOpen }] of SHAPES.entries()) {
    const directory = join(folder, `original-${index}`)
    const made = join(folder, `made-${index}`)
    const ledger = await openLedger({ directory: made, ...setting })
    await fill(ledger)
    // The head is written a moment after the last command.
    const { position } = await ledger.moment()
    const head = openHeadFile(join(made, 'events.db-head'), true)
    await vi.waitFor(() => expect(head.read()).toMatchObject({ end: { position } }))
    head.close()
    if (isOpen) cpSync(made, directory, { recursive: true })
    await ledger.close()
    if (!isOpen) cpSync(made, directory, { recursive: true })
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
      .filter((file) => sizeOf(join(directory, file)) > 0)
    const copy = copyOf(directory)
    const before = await answersIn(copy)
    expect(before).toMatchObject({ told: [], verified: { damagedEvents: [], damagedStore: [], damaged: [] } })
    expect([...before.answers.values()].filter((answer) => answer.startsWith('refused'))).toEqual([])
    originals.push({ directory, files, rows: rowsIn(copyOf(directory)), before })
  }
})

const copyOf = (directory: string): string => {
  const copy = join(folder, 'copy')
  rmSync(copy, { recursive: true, force: true })
  cpSync(directory, copy, { recursive: true })
  return copy
}

/** All that is in the tables, whoever reads it; nothing where it cannot be read. */
const rowsIn = (directory: string): string => {
  try {
    const database = openConnection(join(directory, 'events.db'))
    try {
      return JSON.stringify(
        [
          'SELECT position, stream, revision, id, type, data, metadata, hex(leaf), crc FROM events NOT INDEXED',
          'SELECT id, name, crc FROM streams NOT INDEXED',
          'SELECT one, id FROM ledger',
        ].map((sql) => database.prepare(sql).all()),
      )
    } finally {
      database.close()
    }
  } catch {
    return 'unreadable'
  }
}

const random = (below: number): number => Math.floor(campaign.random() * below)

const isNamed = ({ verified }: LedgerAnswers): boolean =>
  typeof verified === 'string' ||
  verified.damagedEvents.length + verified.damagedStore.length + verified.damaged.length > 0

interface Outcome {
  /** Questions that were answered otherwise, and nobody said a word. */
  readonly wrong: ReadonlyArray<string>
  /** Something that is stored is another, and `verify` does not name it. */
  readonly unnamed: boolean
}

const afterwards = async (
  { directory, rows, before }: Original,
  file: string,
  harm: (path: string) => void,
): Promise<Outcome> => {
  const copy = copyOf(directory)
  harm(join(copy, file))
  const after = await answersIn(copy)
  const isTold = after.told.length > 0
  const wrong = [...before.answers].flatMap(([question, answer]) => {
    const now = after.answers.get(question) ?? 'no answer'
    return now === answer || now.startsWith('refused: ') || isTold ? [] : [question]
  })
  const isContent = file.startsWith('files/files') || file.startsWith('files/manifests')
  const harmed = copyOf(directory)
  harm(join(harmed, file))
  const isStored = isContent || (file.startsWith('events.db') && rowsIn(harmed) !== rows)
  return { wrong, unnamed: isStored && !isNamed(after) && !isTold }
}

const eachRound = async (rounds: number, harmOf: (path: string, round: number) => (path: string) => void) => {
  for (let round = 0; round < rounds; round++) {
    // The long one takes as long as ten of the others.
    const original = originals[round % 10 === 9 ? 2 : round % 2]
    // Half of them over the events and what stands beside them.
    const all = original?.files ?? []
    const own = all.filter((name) => round % 4 < 2 || !name.startsWith('files/'))
    const file = own[random(own.length)]
    if (original === undefined || file === undefined) throw new Error('there is no original')
    const path = join(original.directory, file)
    const outcome = await afterwards(original, file, harmOf(path, round))
    expect({ round, file, ...outcome }).toEqual({ round, file, wrong: [], unnamed: false })
  }
}

describe('a ledger in a directory', () => {
  it('of which one bit is turned over gives no other answer without a word, and verify names it', async () => {
    await eachRound(campaign.rounds(200), (path) => {
      const bit = random(8 * sizeOf(path))
      return (copy) => flipBit(copy, bit)
    })
  })

  it('of which a page is zeroed, or stands where another stood, likewise', async () => {
    await eachRound(campaign.rounds(60), (path, round) => {
      const pages = Math.max(1, Math.floor(sizeOf(path) / PAGE))
      const [from, to] = [1 + random(pages), 1 + random(pages)]
      return (copy) => (round % 4 < 2 ? zeroPage(copy, to) : repeatPage(copy, from, to))
    })
  })

  it('of which a file is cut short, likewise', async () => {
    await eachRound(campaign.rounds(60), (path) => {
      const bytes = 1 + random(sizeOf(path))
      return (copy) => cutOff(copy, bytes)
    })
  })
})
