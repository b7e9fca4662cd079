/**
 * What a disk may do to anything that a ledger in a directory keeps, at random: questions are answered as before or
 * refused, events that are gone are told, and `verify` names whatever was changed of what is stored.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { campaignOfThisFile } from '../support/campaign.js'
import { type FileContent, type Harmed, type Original, originalOf, SHAPES } from '../support/damaged-ledgers.js'
import { cutOff, flipBit, PAGE, repeatPage, sizeOf, zeroPage } from '../support/flips.js'
import type { LedgerAnswers } from '../support/ledger-answers.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'damage-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The last one is long, and asked as seldom. */
const originals: Original[] = []
beforeAll(async () => {
  for (const shape of Object.keys(SHAPES)) {
    const original = await originalOf(folder, shape)
    const { before } = original
    expect(before).toMatchObject({ told: [], verified: { damagedEvents: [], damagedStore: [], damaged: [] } })
    expect([...before.answers.values()].filter((answer) => answer.startsWith('refused'))).toEqual([])
    originals.push(original)
  }
})

const random = (below: number): number => Math.floor(campaign.random() * below)

interface Outcome {
  /** Questions that were answered otherwise, though it was not told that what their answers stand on is gone. */
  readonly wrong: ReadonlyArray<string>
  /** What was said of something else than what was changed. */
  readonly beside: ReadonlyArray<string>
  /** Something that is stored is another, and `verify` names none of it. */
  readonly unnamed: ReadonlyArray<string>
}

const outcomeOf = async ({ before, content, endingAt }: Original, file: string, harmed: Harmed): Promise<Outcome> => {
  const { after } = harmed
  const end = after.damage?._tag === 'history-lost' ? after.damage.loss.found.position : undefined
  const right = end === undefined ? before : await endingAt(end)
  const wrong = [...right.answers].flatMap(([question, answer]) => {
    const now = after.answers.get(question) ?? 'no answer'
    return now === answer || now.startsWith('refused: ') ? [] : [`${question}: ${differenceOf(answer, now)}`]
  })
  const changed = changedIn(file, content, harmed)
  return {
    wrong,
    beside: after.told.filter((message) => !SAID_OF[kindOf(file)].test(message)),
    unnamed: changed.length > 0 && !isNamed(changed, file, after) ? changed.slice(0, 5) : [],
  }
}

/** From where on they differ. */
const differenceOf = (answer: string, now: string): string => {
  let at = 0
  while (at < now.length && answer[at] === now[at]) at++
  const from = Math.max(0, at - 40)
  return `${answer.slice(from, at + 100)} became ${now.slice(from, at + 100)}`
}

const outcomeOfCommand = ({ events }: Original, after: ReadonlyArray<string> | string): Outcome => {
  const isRefused = typeof after === 'string' && after.startsWith('refused: ')
  const isBehindAll =
    typeof after !== 'string' && after.length === events.length + 1 && events.every((event, at) => event === after[at])
  return { wrong: isRefused || isBehindAll ? [] : ['what a command follows on'], beside: [], unnamed: [] }
}

type Kind = 'events' | 'head' | 'snapshot' | 'content' | 'store'

const kindOf = (file: string): Kind => {
  if (file === 'events.db-head') return 'head'
  if (file.startsWith('events.db')) return 'events'
  if (file.startsWith('snapshots/')) return 'snapshot'
  return file.startsWith('files/files/') || file.startsWith('files/manifests/') ? 'content' : 'store'
}

/** What may be told of each: what was read of it, and what stands on that. */
const SAID_OF: Readonly<Record<Kind, RegExp>> = {
  events: /events\.db\b(?!-head)|the event store is damaged|snapshot/,
  head: /events\.db-head/,
  snapshot: /snapshot/,
  content: /^$/,
  store: /^$/,
}

/** What is stored, and is not what it was; nothing where space was changed that holds nothing. */
const changedIn = (file: string, before: FileContent, harmed: Harmed): ReadonlyArray<string> => {
  if (harmed.isAsBefore) return []
  if (kindOf(file) !== 'events') return [file]
  const after = harmed.content
  if (before === undefined || after === undefined) return ['the file cannot be read']
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key))
}

const isNamed = (changed: ReadonlyArray<string>, file: string, { told, verified, answers }: LedgerAnswers): boolean => {
  // It cannot be opened, which says why.
  if (typeof verified === 'string') return [...answers.values()].every((answer) => answer === verified)
  const { damagedEvents, damagedStore, damaged } = verified
  switch (kindOf(file)) {
    case 'events': {
      const positions = changed.flatMap((key) =>
        /^(event|entry|at) \d+$/.test(key) ? [Number(key.split(' ')[1])] : [],
      )
      const isOfRows = damagedEvents.some(({ position }) => position === undefined || positions.includes(position))
      return (
        isOfRows ||
        (damagedEvents.length > 0 && positions.length === 0) ||
        damagedStore.some(({ what }) => what !== 'snapshot')
      )
    }
    case 'head':
      return damagedEvents.some(({ reason }) => reason.includes('events.db-head'))
    case 'snapshot':
      return (
        damagedStore.some(({ what }) => what === 'snapshot') || told.some((message) => message.includes('snapshot'))
      )
    case 'content':
      return damaged.some(({ digest }) => file.replaceAll('/', '').endsWith(digest.slice('sha256:'.length)))
    case 'store':
      return false
  }
}

/** What questions do not look at: a mark, and the states of streams, of which commands begin. */
const UNSEEN = /^snapshots\/(stream-|model-ledger-snapshots$)/

/** Most over the events, which all else stands on. */
const fileOf = ({ files }: Original): string => {
  const chance = campaign.random()
  const kind: Kind = chance < 0.6 ? 'events' : chance < 0.7 ? 'head' : chance < 0.8 ? 'snapshot' : 'content'
  const some = files.filter((file) => kindOf(file) === kind && !UNSEEN.test(file))
  const own = some.length > 0 ? some : files
  const file = own[random(own.length)]
  if (file === undefined) throw new Error('there is no file')
  return file
}

interface Harm {
  readonly what: string
  readonly happen: (path: string) => void
}

/** Every so often a command is given: it is refused, or all that was recorded is there before it. */
const COMMAND_EVERY = 8

const eachRound = async (rounds: number, harmOf: (path: string, round: number) => Harm) => {
  const failed: object[] = []
  for (let round = 0; round < rounds; round++) {
    // The long one takes as long as ten of the others.
    const original = originals[round % 10 === 9 ? originals.length - 1 : round % (originals.length - 1)]
    if (original === undefined) throw new Error('there is no original')
    const file = fileOf(original)
    const { what, happen } = harmOf(join(original.directory, file), round)
    const outcome: Outcome =
      round % COMMAND_EVERY === COMMAND_EVERY - 1
        ? outcomeOfCommand(original, await original.commanded(file, happen))
        : await outcomeOf(original, file, await original.harmed(file, happen))
    if (Object.values(outcome).some((found) => found.length > 0))
      failed.push({ round, shape: original.shape, file, what, ...outcome })
  }
  expect(failed).toEqual([])
}

describe('a ledger in a directory', () => {
  it('of which one bit is turned over gives no other answer without a word, and verify names it', async () => {
    await eachRound(campaign.rounds(2000), (path) => {
      const bit = random(8 * sizeOf(path))
      return { what: `bit ${bit % 8} of byte ${Math.floor(bit / 8)}`, happen: (copy) => flipBit(copy, bit) }
    })
  })

  it('of which a page is zeroed, or stands where another stood, likewise', async () => {
    await eachRound(campaign.rounds(200), (path, round) => {
      const pages = Math.max(1, Math.floor(sizeOf(path) / PAGE))
      const [from, to] = [1 + random(pages), 1 + random(pages)]
      return round % 2 === 0
        ? { what: `page ${to} zeroed`, happen: (copy) => zeroPage(copy, to) }
        : { what: `page ${from} at ${to}`, happen: (copy) => repeatPage(copy, from, to) }
    })
  })

  it('of which a file is cut short, likewise', async () => {
    await eachRound(campaign.rounds(200), (path) => {
      const bytes = 1 + random(sizeOf(path))
      return { what: `${bytes} bytes cut off`, happen: (copy) => cutOff(copy, bytes) }
    })
  })
})
