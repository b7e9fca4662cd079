/** Metrics are IEEE doubles: what is recorded of a run comes back as it was. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doubleAsJson } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const odd = { loss: Number.NaN, worst: -Infinity, best: Infinity, offset: -0, large: 1e300, count: 2 ** 60 }
const encoded = {
  loss: { $numberDouble: 'NaN' },
  worst: { $numberDouble: '-Infinity' },
  best: { $numberDouble: 'Infinity' },
  offset: { $numberDouble: '-0.0' },
  large: { $numberDouble: '1e+300' },
  count: { $numberDouble: '1152921504606847000' },
}

describe('a metric', () => {
  it('comes back as it was, whichever double it is', async () => {
    const { ledger } = await memoryLedger()
    const { path } = await ledger.startRun()
    await fc.assert(
      fc.asyncProperty(fc.double(), async (value) => {
        await ledger.summariseRun({ run: path, metrics: { value } })
        const { metrics } = await ledger.runDetails(path)
        expect(Object.is(metrics['value'], value)).toBe(true)
      }),
    )
    await ledger.close()
  })

  it('that JSON does not have keeps no other from being recorded, in the words of MongoDB Extended JSON', async () => {
    const { ledger } = await memoryLedger()
    const { path, summarise } = await ledger.startRun()
    const metrics = { ...odd, accuracy: 0.5, note: 'NaN', ok: false }
    const { events } = await summarise(metrics)
    expect(events).toMatchObject([{ to: { ...encoded, accuracy: 0.5, note: 'NaN' }, from: { loss: null } }])
    const run = await ledger.runDetails(path)
    expect(run.metrics).toEqual(metrics)
    const { large, count } = odd
    expect(JSON.parse(JSON.stringify(run, doubleAsJson)).metrics).toEqual({ ...metrics, ...encoded, large, count })

    // Nothing is new about them the next time, in either way to write them.
    expect((await summarise(odd)).events).toEqual([])
    expect((await summarise(encoded)).events).toEqual([])
    const another = {
      commandId: 'c',
      actor: 'anna',
      command: { type: 'SummariseRun', run: refOf(path), metrics: encoded },
    }
    expect((await ledger.execute(another)).events).toEqual([])
    expect((await summarise({ offset: 0 })).events).toMatchObject([
      { from: { offset: encoded.offset }, to: { offset: 0 } },
    ])
    const { items } = await ledger.history({ of: { run: path } })
    expect(items.map(({ what }) => what).join('\n')).toContain('loss = NaN')
    await ledger.close()
  })

  it('that is none is refused by its name', async () => {
    const { ledger } = await memoryLedger()
    const { summarise } = await ledger.startRun()
    for (const wrong of [null, [1], { $numberDouble: '0.5' }, { $numberDouble: 'NaN', more: 1 }, { double: 'NaN' }]) {
      const metrics = { loss: wrong, accuracy: 0.5 }
      const refused = await rejection(Reflect.apply(summarise, undefined, [metrics]))
      expect(refused).toMatchObject({ code: 'invalid-input', error: { problems: [{ at: 'metrics.loss' }] } })
    }
    await ledger.close()
  })

  it('is searched for, sorted and compared: what is not a number comes last, and finds itself', async () => {
    const { ledger } = await memoryLedger()
    const losses = [0.5, Number.NaN, -Infinity, 2, Infinity]
    for (const [n, loss] of losses.entries()) {
      const { path, summarise } = await ledger.startRun({ run: `r${n}` })
      await summarise({ loss })
      await ledger.logArtifact({ name: 'm', type: 'model', content: text(`${n}`), run: path })
    }
    await ledger.logArtifact({ name: 'm', type: 'model', content: text('without') })
    const found = async (question: Parameters<typeof ledger.search>[0]) =>
      (await ledger.search(question)).items.map(({ version }) => version)
    const orderBy = { metric: 'loss' }
    expect(await found({ orderBy, order: 'ascending' })).toEqual([2, 0, 3, 4, 1, 5])
    expect(await found({ orderBy, order: 'descending' })).toEqual([4, 3, 0, 2, 1, 5])
    const where = (is: '=' | '!=' | '<' | '>=', value: number) =>
      found({ metrics: [{ key: 'loss', is, value }], order: 'ascending' })
    expect(await where('=', Number.NaN)).toEqual([1])
    expect(await where('!=', Number.NaN)).toEqual([0, 2, 3, 4, 5])
    expect(await where('<', 1)).toEqual([0, 2])
    expect(await where('>=', Number.NaN)).toEqual([])
    expect(await where('=', Infinity)).toEqual([4])

    // A cursor goes on with the answer to its own question.
    const asked = { metrics: [{ key: 'loss', is: '!=', value: Number.NaN } as const], limit: 2 }
    const { cursor = '' } = await ledger.search(asked)
    expect((await ledger.search({ ...asked, cursor })).items).toHaveLength(2)
    const other = { ...asked, metrics: [{ key: 'loss', is: '!=', value: null } as const], cursor }
    expect(await rejection(ledger.search(other))).toMatchObject({ code: 'bad-cursor' })

    expect((await ledger.diff('m:v1', 'm:v2')).metrics).toEqual([{ key: 'loss', from: Number.NaN, to: -Infinity }])
    expect((await ledger.diff('m:v1', 'm:v1')).metrics).toEqual([])
    const { position } = await ledger.summariseRun({ run: 'r1', metrics: { loss: 1 } })
    expect((await ledger.diffMoments(position - 1, position)).metrics).toEqual([
      { run: 'acme/animals/r1', metric: 'loss', from: Number.NaN, to: 1 },
    ])
    await ledger.close()
  })
})

const refOf = (path: string) => {
  const [entity, project, run] = path.split('/')
  return { entity, project, run }
}
