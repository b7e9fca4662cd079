import { lastValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'

const promoted = async (): Promise<Ledger> => {
  const { ledger } = await memoryLedger()
  for (const bytes of ['a', 'b']) {
    const { path } = await ledger.logArtifact({ name: 'm', type: 'model', content: [{ bytes, as: 'm' }] })
    await ledger.link({ version: path, to: 'churn', aliases: ['production'] })
  }
  return ledger
}

describe('the replay of a ledger', () => {
  it('gives each event, what it changed, and the ledger as of it', async () => {
    const ledger = await promoted()
    const seen: Array<readonly [unknown, number | undefined]> = []
    for await (const { change, view } of ledger.replay({ of: 'churn', alias: 'production' })) {
      seen.push([change.after, (await view.resolve('churn:production')).version])
    }
    expect(seen.map(([, version]) => version)).toEqual([0, 1])
    await ledger.close()
  })

  it('goes backwards, between moments, and stops when it is told to', async () => {
    const ledger = await promoted()
    const { position } = await ledger.moment()
    const forwards = await lastValueFrom(ledger.replayed().pipe(toArray()))
    expect(forwards).toHaveLength(position)
    const backwards = await lastValueFrom(ledger.replayed({ until: position, order: 'descending' }).pipe(toArray()))
    expect(backwards.map(({ change }) => change.position)).toEqual(
      forwards.map(({ change }) => change.position).reverse(),
    )
    expect(await lastValueFrom(ledger.replayed({ pace: { every: 1 } }).pipe(take(2), toArray()))).toHaveLength(2)
    const stop = new AbortController()
    let steps = 0
    const replay = async (): Promise<void> => {
      for await (const _ of ledger.replay({ pace: { every: 60_000 }, signal: stop.signal })) {
        steps += 1
        setTimeout(() => stop.abort(), 5)
      }
    }
    expect(await rejection(replay())).toMatchObject({ code: 'aborted' })
    expect(steps).toBe(1)
    await ledger.close()
  })

  it('says what is different between two moments', async () => {
    const ledger = await promoted()
    const { position } = await ledger.moment()
    const whole = await ledger.diffMoments(0)
    expect(whole.created.map(({ collection }) => collection)).toHaveLength(2)
    expect(whole.aliases.find(({ alias }) => alias === 'production')).toMatchObject({ from: null, to: 1 })
    expect(await ledger.diffMoments(position, position)).toMatchObject({ created: [], logged: [], aliases: [] })
    await ledger.close()
  })

  it.each([
    [{ pace: 'fast' }, 'invalid-input'],
    [{ pace: { factor: 0 } }, 'invalid-input'],
    [{ until: 'soon' }, 'bad-moment'],
    [{ of: 'nobody' }, 'not-found'],
    [{ colour: 'red' }, 'invalid-input'],
  ])('refuses %j', async (given, code) => {
    const ledger = await promoted()
    const replay = ledger.replay(given as never)
    await expect(replay.next()).rejects.toMatchObject({ code })
    await ledger.close()
  })
})
