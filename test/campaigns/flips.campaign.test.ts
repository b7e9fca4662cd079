/** What a disk may do to the file of events, at random: every question is answered as before, or not at all. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revisionBefore } from '../../domain/ports/event-store.js'
import { sha256 } from '../../domain/values/digest.js'
import { event } from '../../testing/event-store/world.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { cutOff, flipBit, PAGE, repeatPage, sizeOf, zeroPage } from '../support/flips.js'
import { openSqlite } from '../support/sqlite-store.js'
import { type Answers, answersOf, OF_ALL } from '../support/store-answers.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'sqlite-flips-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Original {
  readonly path: string
  readonly streams: ReadonlyArray<string>
  readonly answers: Answers
}

/** Streams by their number of events. */
const SHAPES: Readonly<Record<string, ReadonlyArray<number>>> = {
  'many short streams': Array.from({ length: 300 }, (_, index) => 1 + (index % 3)),
  'a few long streams': [400, 1, 250, 30],
  'one event': [1],
}

const originals: Original[] = []
beforeAll(async () => {
  for (const [shape, lengths] of Object.entries(SHAPES)) {
    const path = join(folder, `${shape}.db`)
    const store = await openSqlite({ path, durability: 'relaxed' })
    const left = lengths.map((length, index) => ({
      stream: `artifact-acme/shape/${sha256(`${index}`).slice(7, 27)}`,
      length,
    }))
    for (let revision = 0; ; revision++) {
      const open = left.filter(({ length }) => length > revision)
      if (open.length === 0) break
      await Promise.all(
        open.map(({ stream }, index) => {
          const content = (revision + index) % 40 === 0 ? 'x'.repeat(9000) : `${index}`
          return store.append(stream, revisionBefore(revision), [event(content)])()
        }),
      )
    }
    await store.close()
    const streams = [...left.map(({ stream }) => stream), 'artifact-acme/shape/none', 'run-acme/a/b']
    const answers = await answersOf(path, streams)
    expect([...answers].filter(([, answer]) => answer.startsWith('refused'))).toEqual([])
    originals.push({ path, streams, answers })
  }
})

/** Does it to a copy; answers what is answered otherwise. */
const afterwards = async ({ path, streams, answers }: Original, harm: (copy: string) => void) => {
  const copy = join(folder, 'copy.db')
  copyFileSync(path, copy)
  harm(copy)
  const found = await answersOf(copy, streams)
  for (const beside of ['', '-head']) rmSync(`${copy}${beside}`, { force: true })
  return [...answers].filter(([question, answer]) => {
    const now = found.get(question) ?? 'no answer'
    return now !== answer && !now.startsWith('refused: ') && !isEarlierEnd(question, answer, now)
  })
}

/** The table ends earlier: that its end is gone is told by what notes it beside the file, and the store does not know it. */
const isEarlierEnd = (question: string, answer: string, now: string): boolean =>
  OF_ALL.includes(question) && answer.startsWith(now.slice(0, -1))

const random = (below: number): number => Math.floor(campaign.random() * below)

describe('a file of events', () => {
  it('of which one bit is turned over gives no other answer', async () => {
    for (let round = 0; round < campaign.rounds(2000); round++) {
      const original = originals[round % originals.length]
      if (original === undefined) throw new Error('there is no original')
      const bit = random(8 * sizeOf(original.path))
      expect({ bit, wrong: await afterwards(original, (copy) => flipBit(copy, bit)) }).toEqual({ bit, wrong: [] })
    }
  })

  it('of which a page is zeroed, or stands where another stood, gives no other answer', async () => {
    for (let round = 0; round < campaign.rounds(400); round++) {
      const original = originals[round % originals.length]
      if (original === undefined) throw new Error('there is no original')
      const pages = sizeOf(original.path) / PAGE
      const [from, to] = [1 + random(pages), 1 + random(pages)]
      const harm = round % 2 === 0 ? (copy: string) => zeroPage(copy, to) : (copy: string) => repeatPage(copy, from, to)
      expect({ from, to, wrong: await afterwards(original, harm) }).toEqual({ from, to, wrong: [] })
    }
  })

  it('that is cut short gives no other answer', async () => {
    for (let round = 0; round < campaign.rounds(200); round++) {
      const original = originals[round % originals.length]
      if (original === undefined) throw new Error('there is no original')
      // All of it is the business of the head beside it.
      const bytes = 1 + random(sizeOf(original.path) - 1)
      expect({ bytes, wrong: await afterwards(original, (copy) => cutOff(copy, bytes)) }).toEqual({ bytes, wrong: [] })
    }
  })
})
