/** Questions about the history, page by page, whatever happens between one page and the next. */
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

/** A model of which each version came of the one before, by a run. */
const generations = async (ledger: Ledger, from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n++) {
    const run = `train-${n}`
    await ledger.startRun({ run })
    if (n > 0) await ledger.useArtifact({ run, version: `cats:v${n - 1}` })
    await ledger.logArtifact({ name: 'cats', type: 'model', run, content: text(`${n}`) })
  }
}

const ask = {
  lineage: (asked: Pick<Ledger, 'lineage'>, page: object, of = 'cats:latest') => asked.lineage({ of, ...page }),
  history: (asked: Pick<Ledger, 'history'>, page: object, of = 'cats:latest') => asked.history({ of, ...page }),
  paths: (asked: Pick<Ledger, 'paths'>, page: object, to = 'cats:latest') =>
    asked.paths({ from: { run: 'train-0' }, to, ...page }),
}

describe.each(Object.entries(ask))('the pages of %s', (_, question) => {
  const opened = async (): Promise<Ledger> => {
    const { ledger } = await memoryLedger()
    await generations(ledger, 0, 3)
    // A second way to the last version.
    await ledger.useArtifact({ run: 'train-3', version: 'cats:v0' })
    return ledger
  }

  it('go on with what was asked of, though the alias moves meanwhile', async () => {
    const ledger = await opened()
    const whole = await question(ledger, {})
    const first = await question(ledger, { limit: 1 })
    await generations(ledger, 4, 4)
    const rest = await question(ledger, { cursor: first.cursor })
    expect(rest).not.toHaveProperty('cursor')
    expect(rest.moment).toBe(whole.moment)
    const itemsOf = (page: typeof whole): ReadonlyArray<unknown> => ('items' in page ? page.items : page.edges)
    expect([first, rest].flatMap(itemsOf)).toEqual(itemsOf(whole))
    await ledger.close()
  })

  it('do not lead past the moment that is asked of', async () => {
    const ledger = await opened()
    const { moment, cursor } = await question(ledger, { limit: 1 })
    expect((await question(ledger.at(moment), { limit: 1, cursor })).moment).toBe(moment)
    expect((await rejection(question(ledger.at(moment - 1), { limit: 1, cursor }))).code).toBe('bad-cursor')
    await ledger.close()
  })

  it('are refused to another question, which may be of something newer', async () => {
    const ledger = await opened()
    const { cursor } = await question(ledger, { limit: 1 })
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('1') })
    for (const other of ['dogs:latest', 'cats:v1']) {
      expect((await rejection(question(ledger, { limit: 1, cursor }, other))).code).toBe('bad-cursor')
    }
    await ledger.close()
  })
})
