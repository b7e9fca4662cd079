/** Snapshots that are whole, and of other events or another ledger than those they lie beside: none is believed, and each is told. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../../index.js'
import { gather } from '../../../testing/results.js'
import { text } from '../../support/ledger-memory.js'
import { rewriteByHand } from '../../support/sqlite-store.js'
import { warningsTo } from '../../support/warnings.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-others-'))
afterAll(() => rmSync(folder, { recursive: true }))

const original = join(folder, 'original')
const setting = { actor: 'anna', entity: 'acme', project: 'churn' }

/** Behind what both snapshots hold: the last event that they do, which moves `best` to v1. */
let last = 0

/** So long that a snapshot of the read model is kept, and one of the artifact; both end before the last event of all. */
beforeAll(async () => {
  const ledger = await openLedger({ directory: original, ...setting })
  for (const content of ['one', 'two'])
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text(content) })
  await Promise.all(
    Array.from({ length: 1100 }, (_, move) => ledger.moveAlias({ version: `cats:v${move % 2}`, alias: 'best' })),
  )
  // The read model holds what was asked of it.
  await ledger.resolve('cats:best')
  last = (await ledger.progress()).head
  await ledger.close()
  const later = await openLedger({ directory: original, ...setting })
  await later.moveAlias({ version: 'cats:v0', alias: 'later' })
  await later.close()
  expect(readdirSync(join(original, 'snapshots')).filter((name) => name.endsWith('.snapshot'))).toHaveLength(2)
})

/** What is told, and what a question and a command find that answer by the read model and by the state of the artifact. */
const foundIn = async (directory: string) => {
  const told: string[] = []
  const ledger = await openLedger({ directory, ...setting, logger: warningsTo(told) })
  const { version } = await ledger.resolve('cats:best')
  const { events } = await ledger.moveAlias({ version: `cats:v${version}`, alias: 'best' })
  await ledger.close()
  return { told: told.sort(), best: version, moved: events.length }
}

const saying = (why: string): ReadonlyArray<string> => [
  `The snapshot ${why}, and all events are read instead.`,
  `The snapshot of the stream artifact-acme/churn/cats ${why}, and all its events are read instead.`,
]

describe('a snapshot of the read model, and one of the state of a stream,', () => {
  it('is believed where it was kept', async () => {
    const directory = join(folder, 'same')
    cpSync(original, directory, { recursive: true })
    expect(await foundIn(directory)).toEqual({ told: [], best: 1, moved: 0 })
  })

  it('is none where the event that it ends with was changed under its id, by one who recomputes checksums', async () => {
    const directory = join(folder, 'changed')
    cpSync(original, directory, { recursive: true })
    rewriteByHand(join(directory, 'events.db'), last, ({ data }) => ({ data: data.replace('"to":1', '"to":0') }))
    const told = saying(`is of other events than those that are there up to position ${last}`)
    expect(await foundIn(directory)).toEqual({ told, best: 0, moved: 0 })
    // Kept anew when that was closed.
    expect(await foundIn(directory)).toEqual({ told: [], best: 0, moved: 0 })
  })

  it('is none beside another ledger, whose history is the same', async () => {
    const directory = join(folder, 'another')
    const from = await openLedger({ directory: original, ...setting, readOnly: true })
    const lines = await gather(from.exportEvents())
    await from.close()
    const [, id = ''] = /"ledger":"([^"]+)"/.exec(lines.join('')) ?? []
    const to = await openLedger({ directory, ...setting })
    await to.importEvents(lines, undefined, { ownId: true })
    await to.close()
    rmSync(join(directory, 'snapshots'), { recursive: true, force: true })
    cpSync(join(original, 'snapshots'), join(directory, 'snapshots'), { recursive: true })
    expect(await foundIn(directory)).toEqual({ told: saying(`is of another ledger, ${id}`), best: 1, moved: 0 })
    expect(await foundIn(directory)).toEqual({ told: [], best: 1, moved: 0 })
  })
})
