import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { operations, taskEither } from '../../index.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

/** What a ledger has besides methods that answer with a Promise. */
const OTHERS = [
  'behind',
  'damage',
  'events',
  'exportEvents',
  'exportHistory',
  'replay',
  'replayed',
  'run',
  'watch',
  'watchEvents',
  'watchPosition',
]

describe('the operations of a ledger as TaskEithers', () => {
  it('are all there, now and as of a moment', async () => {
    const { ledger } = await memoryLedger()
    const all = operations(ledger)
    expect(Object.keys(all).sort()).toEqual(
      Object.keys(ledger)
        .filter((name) => !OTHERS.includes(name))
        .sort(),
    )
    expect(Object.keys(all.at()).sort()).toEqual(
      Object.keys(ledger.at())
        .filter((name) => !OTHERS.includes(name))
        .sort(),
    )
    await ledger.close()
  })

  it('do nothing until they are run, and join', async () => {
    const { ledger } = await memoryLedger()
    const { logArtifact, link, resolve, at } = operations(ledger)
    const promoted = pipe(
      logArtifact({ name: 'cats', type: 'model', content: text('1') }),
      TE.flatMap(({ path }) => link({ version: path, to: 'cat-or-dog', aliases: ['production'] })),
      TE.flatMap(({ path }) => resolve(path)),
    )
    expect(await ledger.artifacts()).toEqual({ items: [] })
    expect(await promoted()).toMatchObject(E.right({ path: 'acme/model-registry/cat-or-dog:v0' }))
    expect(await at(0).artifacts()()).toEqual(E.right({ items: [] }))
    await ledger.close()
  })

  it('give refusals as values, and never reject', async () => {
    const { ledger } = await memoryLedger()
    const missing = await operations(ledger).resolve('nothing:latest')()
    expect(missing).toMatchObject(E.left({ code: 'not-found' }))
    const fault = await taskEither(() => Promise.reject(new TypeError('a fault')))()()
    expect(fault).toMatchObject(E.left({ code: 'fault', message: 'a fault' }))
    await ledger.close()
  })
})
