/** What a file store gives up, what it keeps, and whose files they are. */
import { ok } from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { newLedgerId } from '../../domain/ports/ledger-id.js'
import { equal } from '../expectations.js'
import { right } from '../results.js'
import { aMinuteFromNow, aMoment, contentOf, digestOf, listed, MIB, type World } from './world.js'

export const collectingCases = {
  'deletes a file, which can then be put again': async ({ store, file }) => {
    for (const size of [20, 2 * MIB]) {
      const bytes = randomBytes(size)
      const path = await file(bytes)
      const { digest } = right(await store.put('file', { path })())
      equal(right(await store.delete(digest, aMinuteFromNow())()), true)
      equal(right(await store.has('file', digest)()), undefined)
      ok(!(await listed(store, 'file')).map((found) => found.digest).includes(digest))
      equal(right(await store.delete(digest, aMinuteFromNow())()), false)
      equal(right(await store.put('file', { path })()), { digest, size })
      equal(await contentOf(store, 'file', digest), digestOf(bytes))
    }
  },

  'deletes no file that was put after the given time': async ({ store }) => {
    const bytes = randomBytes(20)
    const { digest } = right(await store.put('file', { bytes })())
    equal(right(await store.delete(digest, new Date(Date.now() - 60_000))()), false)
    equal(await contentOf(store, 'file', digest), digestOf(bytes))
  },

  'takes a repeated put for the last one': async ({ store, file }) => {
    for (const size of [20, 2 * MIB]) {
      const bytes = randomBytes(size)
      const path = await file(bytes)
      const { digest } = right(await store.put('file', { path })())
      await aMoment()
      const between = new Date()
      await aMoment()
      right(await store.put('file', { path })())
      const last = (await listed(store, 'file')).find((found) => found.digest === digest)?.lastPut
      ok(last !== undefined && last > between)
      equal(right(await store.delete(digest, between)()), false)
      equal(right(await store.delete(digest, aMinuteFromNow())()), true)
    }
  },

  'renews files without their bytes, and says which are not there': async ({ store, file }) => {
    const [path, other] = [await file(randomBytes(20)), await file(randomBytes(2 * MIB))]
    const digests = [
      right(await store.put('file', { path })()).digest,
      right(await store.put('file', { path: other })()).digest,
    ]
    const [gone, manifest] = [
      digestOf(randomBytes(8)),
      right(await store.put('manifest', { bytes: randomBytes(9) })()).digest,
    ]
    equal(right(await store.renew([...digests, gone, manifest, ...digests])()).toSorted(), [gone, manifest].toSorted())
    const now = right(await store.now()())
    for (const { digest, lastPut } of await listed(store, 'file'))
      if (digests.includes(digest)) ok(Math.abs(lastPut.getTime() - now.getTime()) < 60_000)
    for (const digest of digests) equal(await contentOf(store, 'file', digest), digest)
    equal(right(await store.renew([])()), [])
  },

  'deletes no manifest': async ({ store }) => {
    const { digest } = right(await store.put('manifest', { bytes: randomBytes(20) })())
    equal(right(await store.delete(digest, aMinuteFromNow())()), false)
    equal(right(await store.has('manifest', digest)()), { digest, size: 20 })
  },

  'knows the ledgers to which it belongs': async ({ store }) => {
    const [one, other] = [1, 2].map(() => newLedgerId({ next: randomUUID, fraction: Math.random })).sort()
    if (one === undefined || other === undefined) throw new Error('two ids are made')
    const mine = async () => (right(await store.ledgers()()) ?? []).filter((each) => [one, other].includes(each))
    equal(await mine(), [])
    await Promise.all([one, one, other].map(async (each) => right(await store.addLedger(each)())))
    equal((await mine()).toSorted(), [one, other])
    right(await store.addLedger(one)())
    right(await store.removeLedger(other)())
    right(await store.removeLedger(other)())
    equal(await mine(), [one])
    right(await store.removeLedger(one)())
  },
} satisfies Record<string, (world: World) => Promise<void>>
