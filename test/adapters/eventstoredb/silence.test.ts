/** A leader that says nothing while its cluster elects another, and how long all that is waited for. */
import * as E from 'fp-ts/lib/Either.js'
import { expect, it } from 'vitest'
import { eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { ORIGIN } from '../../../domain/ports/event-store.js'
import { standingAt } from '../../../testing/event-store/world.js'
import { all, newEvent, openStore, take } from '../../support/eventstoredb/open-store.js'
import { resources } from '../../support/eventstoredb/resources.js'

const { open, start } = resources()

it('a leader that is frozen is left as soon as it says nothing', async () => {
  const standIn = await start({ nodes: 3 })
  const store = await openStore(standIn.connectionString(), { timeout: 300, patience: 30_000 })
  open.push(store)
  await store.append('artifact-one', 'none', [newEvent()])()
  const following = take(2, store.subscribe(ORIGIN))
  await store.head()()
  standIn.nodes[0]?.gate.freeze()
  standIn.leader = 1
  expect(await store.append('artifact-one', standingAt(0), [newEvent()])()).toMatchObject({ right: { revision: 1 } })
  expect(await all(store.readAll(ORIGIN))).toHaveLength(2)
  expect(await following).toHaveLength(2)
})

it('a subscription that hears of nothing is opened anew, and takes no connection away on which others are answered', async () => {
  const standIn = await start()
  const store = await openStore(standIn.connectionString(), { timeout: 300, patience: 30_000 })
  open.push(store)
  const following = take(1, store.subscribe(ORIGIN))
  await expect.poll(() => standIn.seen.subscription).toBe(1)
  const asked = async () => {
    await store.head()()
    return standIn.seen.subscription
  }
  await expect.poll(asked, { timeout: 60_000, interval: 100 }).toBe(2)
  expect(standIn.nodes[0]?.gate.made).toBe(1)
  await store.append('artifact-one', 'none', [newEvent()])()
  expect(await following).toHaveLength(1)
})

it('an election is waited for unless less was told', async () => {
  const standIn = await start({ nodes: 3, electionTime: 2500 })
  const opened = await eventStoreDb(standIn.connectionString(), { timeout: 2000 })()
  if (E.isLeft(opened)) throw new Error(opened.left.reason)
  const store = opened.right
  open.push(store)
  standIn.nodes[0]?.freeze()
  expect(await store.append('artifact-one', 'none', [newEvent()])()).toMatchObject({ right: { revision: 0 } })
})

it('what fails at once is tried for all the time that was told', async () => {
  const standIn = await start()
  const store = await openStore(standIn.connectionString(), { timeout: 3000, patience: 6000 })
  open.push(store)
  await standIn.refuse()
  const trying = [store.append('artifact-one', 'none', [newEvent()])(), store.head()()] as const
  // Behind what is left of the time when one call's is taken off.
  setTimeout(() => void standIn.accept(), 3300)
  expect(await Promise.all(trying)).toMatchObject([{ _tag: 'Right' }, { _tag: 'Right' }])
})
