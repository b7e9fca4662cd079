/** What a file store takes from whom, how it is read, and how it closes. */
import { ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { type FileSource, FileStoreFailure } from '../../domain/ports/file-store.js'
import { containing, equal, matches } from '../expectations.js'
import { gather, left, rejection, right } from '../results.js'
import { aMinuteFromNow, aMoment, contentOf, digestOf, listed, MIB, pieces, type World } from './world.js'

export const sourceCases = {
  'keeps what it was given when the caller changes it afterwards, or already meanwhile': async ({ store, file }) => {
    const bytes = randomBytes(40)
    const path = await file(bytes)
    const copy = Buffer.from(bytes)
    const fromFile = right(await store.put('file', { path })())
    await writeFile(path, 'changed')
    equal(await contentOf(store, 'file', fromFile.digest), digestOf(copy))

    const more = randomBytes(2 * MIB)
    const putting = store.put('file', { bytes: more })()
    more.fill(0)
    const fromBytes = right(await putting)
    equal(right(await store.verify('file', fromBytes.digest)()), fromBytes)
    equal(await contentOf(store, 'file', fromBytes.digest), fromBytes.digest)
  },

  'takes a stream that uses one buffer for all its chunks': async ({ store }) => {
    const parts = Array.from({ length: 40 }, () => randomBytes(50_000))
    async function* reusing() {
      const buffer = Buffer.alloc(50_000)
      for (const part of parts) {
        part.copy(buffer)
        yield buffer
      }
      buffer.fill(0)
    }
    const whole = Buffer.concat(parts)
    equal(right(await store.put('file', { stream: reusing() })()).digest, digestOf(whole))
    equal(await contentOf(store, 'file', digestOf(whole)), digestOf(whole))
  },

  'stores nothing of a source that fails': async ({ store, file }) => {
    const begin = randomBytes(3 * MIB)
    const unfinished = right(await store.unfinished()())
    async function* failing(bytes: Buffer) {
      yield bytes
      throw new Error('the cable was pulled')
    }
    for (const bytes of [begin, begin.subarray(0, 10)]) {
      const failed = left(await store.put('file', { stream: failing(bytes) })())
      equal(failed, { _tag: 'source-failed', reason: 'the cable was pulled' })
      equal(right(await store.has('file', digestOf(bytes))()), undefined)
    }
    const folder = join(await file(begin), '..')
    for (const path of [join(folder, 'missing'), folder]) {
      const failed = left(await store.put('file', { path })())
      equal(failed, { _tag: 'source-failed', reason: containing(path) })
    }
    equal(right(await store.unfinished()()), unfinished)
  },

  'lets a stream clean up that it does not read to its end': async ({ store }) => {
    let cleaned = false
    const wrong: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: Object('no bytes') }),
        return: async () => {
          cleaned = true
          return { done: true, value: undefined }
        },
      }),
    }
    matches(left(await store.put('file', { stream: wrong })()), { _tag: 'source-failed' })
    equal(cleaned, true)
  },

  'tells how far a put is, upwards and to the end': async ({ store, file }) => {
    const bytes = randomBytes(2 * MIB + 5)
    const path = await file(bytes)
    for (const source of [{ bytes }, { path }, { path }, { stream: pieces([bytes]) }]) {
      const told: number[] = []
      right(await store.put('file', source, (done) => told.push(done))())
      equal(
        told,
        [...told].sort((one, other) => one - other),
      )
      equal(told.at(-1), bytes.length)
    }
  },

  'does nothing before it is run, and the same when it is run again': async ({ store, file }) => {
    const bytes = randomBytes(30)
    const path = await file(bytes)
    const put = store.put('file', { path: `${path}-later` })
    const verify = store.verify('file', digestOf(bytes))
    const remove = store.delete(digestOf(bytes), aMinuteFromNow())
    await aMoment()
    await rename(path, `${path}-later`)
    equal(right(await store.has('file', digestOf(bytes))()), undefined)
    equal(right(await put()), right(await put()))
    equal(right(await verify()), { digest: digestOf(bytes), size: 30 })
    equal([right(await remove()), right(await remove())], [true, false])
  },

  'reads a range of a file, and refuses one that is longer': async ({ store }) => {
    const bytes = randomBytes(2 * MIB + 10)
    const { digest } = right(await store.put('file', { bytes })())
    for (const [start, end] of [
      [0, 1],
      [3, 3],
      [MIB - 1, MIB + 1],
      [5, 2 * MIB + 5],
      [2 * MIB + 9, 2 * MIB + 10],
      [0, bytes.length],
    ] as const) {
      const chunks: Uint8Array[] = []
      for await (const chunk of right(await store.open('file', digest, { start, end })())) chunks.push(chunk)
      equal(Buffer.concat(chunks).equals(bytes.subarray(start, end)), true)
    }
    const tooLong = async () => {
      const chunks = right(await store.open('file', digest, { start: 0, end: bytes.length + 1 })())
      for await (const chunk of chunks) ok(chunk.length > 0)
    }
    ok((await rejection(tooLong())) instanceof FileStoreFailure)
  },

  'reads a file any number of times, and chunk by chunk': async ({ store }) => {
    const bytes = randomBytes(3 * MIB)
    const { digest } = right(await store.put('file', { bytes })())
    const opened = right(await store.open('file', digest)())
    for await (const chunk of opened) {
      ok(chunk.length < bytes.length)
      break
    }
    const [one, other] = await Promise.all([gather(opened), gather(opened)])
    equal(digestOf(Buffer.concat(one)), digest)
    equal(digestOf(Buffer.concat(other)), digest)
  },

  'takes many puts at once, of the same content and of different': async ({ store, file }) => {
    const small = Array.from({ length: 8 }, () => randomBytes(1000))
    const large = randomBytes(2 * MIB)
    const path = await file(large)
    const sources = [...small, ...small].map((bytes): FileSource => ({ bytes }))
    const puts = [...sources, { path }, { path }, { path }].map((source) => store.put('file', source)())
    const stored = (await Promise.all(puts)).map(right)
    for (const bytes of [...small, large]) {
      ok(stored.some((each) => each.digest === digestOf(bytes) && each.size === bytes.length))
      equal(await contentOf(store, 'file', digestOf(bytes)), digestOf(bytes))
    }
    const mine = new Set([...small, large].map(digestOf))
    equal((await listed(store, 'file')).filter(({ digest }) => mine.has(digest)).length, mine.size)
  },

  'gives up a put that stalls when its time to close is over': async ({ store }) => {
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield randomBytes(2 * MIB)
      await new Promise<never>(() => undefined)
    }
    const put = store.put('file', { stream: stalling() })()
    // The timer of AbortSignal.timeout keeps no process up, and a put that stalls neither: `node --test` would end here.
    const end = new AbortController()
    setTimeout(() => end.abort(), 20)
    await store.close(end.signal)
    matches(left(await put), { _tag: 'closed' })
  },

  'finishes the puts under way before it closes': async ({ store, file }) => {
    const bytes = randomBytes(2 * MIB)
    const putting = store.put('file', { path: await file(bytes) })()
    await store.close()
    const late = new Promise<'late'>((resolve) => setImmediate(resolve, 'late'))
    equal(await Promise.race([putting, late]), E.right({ digest: digestOf(bytes), size: bytes.length }))
  },

  'says that it is closed to whoever uses it afterwards': async ({ store }) => {
    const { digest } = right(await store.put('file', { bytes: randomBytes(5) })())
    const opened = right(await store.open('file', digest)())
    await store.close()
    await store.close()
    const closed = { _tag: 'closed', reason: containing('closed') }
    matches(left(await store.put('file', { bytes: randomBytes(5) })()), closed)
    matches(left(await store.open('file', digest)()), closed)
    matches(left(await store.has('file', digest)()), closed)
    matches(left(await store.verify('file', digest)()), closed)
    matches(left(await store.delete(digest, aMinuteFromNow())()), closed)
    matches(left(await store.ledgers()()), closed)
    matches(left(await store.renew([digest])()), closed)
    matches(left(await store.now()()), closed)
    for (const reading of [gather(store.list('file')), gather(opened)]) {
      matches(await rejection(reading), { name: 'FileStoreFailure', error: closed })
    }
  },
} satisfies Record<string, (world: World) => Promise<void>>
