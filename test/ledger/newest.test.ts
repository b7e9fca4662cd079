/** The newest of what an Observable gives, for whoever takes it slowly. */
import { Observable, of, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { newest } from '../../index.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

const taken = async <A>(items: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: A[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('the newest', () => {
  it('is all that waits for a slow listener, and no answer is given twice', async () => {
    const feed = new Subject<number>()
    const each = newest(feed)[Symbol.asyncIterator]()
    const first = each.next()
    feed.next(1)
    expect(await first).toEqual({ done: false, value: 1 })
    for (const value of [2, 3, 4]) feed.next(value)
    expect(await each.next()).toEqual({ done: false, value: 4 })
    const next = each.next()
    feed.next(5)
    expect(await next).toEqual({ done: false, value: 5 })
    feed.next(6)
    feed.complete()
    expect(await each.next()).toEqual({ done: false, value: 6 })
    expect(await each.next()).toEqual({ done: true, value: undefined })
  })

  it('ends with what it comes from, by its error too, and by the signal', async () => {
    expect(await taken(newest(of(1, 2)))).toEqual([2])
    await expect(taken(newest(throwError(() => new Error('gone'))))).rejects.toThrow('gone')
    expect(await taken(newest(of(1), { signal: AbortSignal.abort() }))).toEqual([])
    const stop = new AbortController()
    const waiting = taken(newest(new Subject(), { signal: stop.signal }))
    stop.abort()
    expect(await waiting).toEqual([])
  })

  it('listens to nothing before it is asked, nor once it is left', async () => {
    let listeners = 0
    const feed = new Observable<number>((subscriber) => {
      listeners += 1
      subscriber.next(1)
      return () => {
        listeners -= 1
      }
    })
    const each = newest(feed)[Symbol.asyncIterator]()
    expect(listeners).toBe(0)
    await each.next()
    expect(listeners).toBe(1)
    const waiting = each.next()
    await each.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(listeners).toBe(0)
  })

  it('is the answer of now, of a question that is watched, and ends when the ledger is closed', async () => {
    const { ledger } = await memoryLedger()
    const log = (bytes: string) => ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })
    await log('one')
    const answers = newest(ledger.watch(async (now) => (await now.resolve('cats')).version))[Symbol.asyncIterator]()
    expect(await answers.next()).toEqual({ done: false, value: 0 })
    const next = answers.next()
    await log('two')
    expect(await next).toEqual({ done: false, value: 1 })
    const last = answers.next()
    await ledger.close()
    expect(await last).toEqual({ done: true, value: undefined })
  })
})
