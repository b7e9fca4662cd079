import { setImmediate as nextTurn } from 'node:timers/promises'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Ledger, LedgerAsOf } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

/** A ledger with one version, and what a question that is watched answered so far, while `changes` happen one after another. */
const answersOf = async (
  question: (now: LedgerAsOf) => Promise<unknown>,
  changes: ReadonlyArray<readonly [change: (ledger: Ledger) => Promise<unknown>, isTold: boolean]>,
  hear: (answer: unknown) => void = () => undefined,
): Promise<number> => {
  const { ledger } = await memoryLedger()
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('0') })
  let [answers, asked] = [0, 0]
  let failure: unknown
  const listening = ledger
    .watch((now) => {
      asked += 1
      return question(now)
    })
    .subscribe({
      next: (answer) => {
        answers += 1
        hear(answer)
      },
      error: (error: unknown) => {
        failure = error
      },
    })
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      if (failure !== undefined) throw failure
      await nextTurn()
    }
  }
  await until(() => answers === 1)
  for (const [change, isTold] of changes) {
    const before = { answers, asked }
    await change(ledger)
    await until(() => (isTold ? answers > before.answers : asked > before.asked))
  }
  listening.unsubscribe()
  await ledger.close()
  return answers
}

const aliased = (ledger: Ledger) => ledger.moveAlias({ version: 'cats:v0', alias: 'best' })
/** Something that the question does not ask for; other than the last time. */
const elsewhere = (ledger: Ledger) =>
  ledger.logArtifact({ name: 'dogs', type: 'model', content: text(String(others++)) })
let others = 0

const MEMBER = Symbol('a member')

describe('what is watched is told when it is another value', () => {
  const aliases = async (now: LedgerAsOf) => (await now.resolve('cats')).aliases
  const circle = async (now: LedgerAsOf) => {
    const answer = { aliases: await aliases(now), itself: {} }
    answer.itself = answer
    return answer
  }
  const kinds: Readonly<Record<string, (now: LedgerAsOf) => Promise<unknown>>> = {
    'a list': aliases,
    'a map': async (now) => new Map([['aliases', await aliases(now)]]),
    'a set': async (now) => new Set(await aliases(now)),
    'a BigInt': async (now) => BigInt((await aliases(now)).length),
    'a circle': circle,
    bytes: async (now) => new Uint8Array((await aliases(now)).map((alias) => alias.length)),
    'a date': async (now) => new Date((await aliases(now)).length),
    'a date that is none, or not': async (now) => new Date((await aliases(now)).length === 1 ? Number.NaN : 0),
    'a member under a symbol': async (now) => ({ [MEMBER]: await aliases(now) }),
    'a member of a list': async (now) => Object.assign([1], { aliases: await aliases(now) }),
    'the name of an error': async (now) =>
      (await aliases(now)).length === 1 ? new TypeError('no') : new RangeError('no'),
    'the cause of an error': async (now) => new Error('no', { cause: await aliases(now) }),
    'a number that is none, or not': async (now) => ((await aliases(now)).length === 1 ? Number.NaN : 0),
    'a refusal': async (now) => now.resolve('cats:best').catch((error: unknown) => error),
  }
  it.each(Object.entries(kinds))('%s', async (_, question) => {
    expect(
      await answersOf(question, [
        [elsewhere, false],
        [aliased, true],
        [elsewhere, false],
      ]),
    ).toBe(2)
  })

  it('whatever the listener does with the answer before', async () => {
    const told = answersOf(
      async (now) => new Set(await aliases(now)),
      [
        [elsewhere, false],
        [aliased, true],
      ],
      (answer) => answer instanceof Set && answer.add('best').add('latest'),
    )
    expect(await told).toBe(2)
  })

  it.each([
    ['a function', async () => ({ first: [() => 1] }), 'at first.[0]: expected data that can be compared'],
    ['a promise in it', async () => ({ first: Promise.resolve(1) }), 'got an object of the class Promise'],
    [
      'an object of a class',
      async (now: LedgerAsOf) =>
        new (class {
          readonly #now = now
          is = () => this.#now
        })(),
      'got an object of a class',
    ],
    ['the ledger itself', async (now: LedgerAsOf) => now, 'got a function'],
    [
      'what cannot be read',
      async () =>
        Object.defineProperty({}, 'first', {
          enumerable: true,
          get: () => {
            throw new Error('no')
          },
        }),
      'got no',
    ],
  ])('and refused at once where nobody could say: %s', async (_, question, says) => {
    const { ledger } = await memoryLedger()
    const refused = await rejection(firstValueFrom(ledger.watch<unknown>(question)))
    expect(refused).toMatchObject({ code: 'not-comparable', message: expect.stringContaining(says) })
    await ledger.close()
  })

  it('and the error of a question that throws at once is that of the feed', async () => {
    const { ledger } = await memoryLedger()
    const thrown = new Error('mine')
    const throwing = (): never => {
      throw thrown
    }
    expect(await firstValueFrom(ledger.watch(throwing)).catch((error: unknown) => error)).toBe(thrown)
    await ledger.close()
  })
})
