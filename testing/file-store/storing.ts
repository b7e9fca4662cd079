/** What a file store holds of what was put. */
import { ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { FileSource } from '../../domain/ports/file-store.js'
import { digestFrom } from '../../domain/values/digest.js'
import { equal } from '../expectations.js'
import { left, right } from '../results.js'
import { aMinuteFromNow, contentOf, digestOf, listed, MIB, pieces, sorted, type World } from './world.js'

export const storingCases = {
  'gives back what was put, byte for byte, under its SHA-256': async ({ store }) => {
    for (const size of [1, 1000, 65_536, MIB - 1, MIB, MIB + 1, 3 * MIB + 7]) {
      const bytes = randomBytes(size)
      equal(right(await store.put('file', { bytes })()), { digest: digestOf(bytes), size })
      equal(await contentOf(store, 'file', digestOf(bytes)), digestOf(bytes))
    }
  },

  'stores an empty file': async ({ store, file }) => {
    const empty = Buffer.alloc(0)
    for (const source of [{ bytes: empty }, { path: await file(empty) }, { stream: pieces([]) }]) {
      equal(right(await store.put('file', source)()), { digest: digestOf(empty), size: 0 })
    }
    equal(await contentOf(store, 'file', digestOf(empty)), digestOf(empty))
  },

  'takes bytes, a file and a stream alike': async ({ store, file }) => {
    for (const size of [10, MIB, 2 * MIB + 3]) {
      const [one, other, third] = [randomBytes(size), randomBytes(size), randomBytes(size)]
      const sources: ReadonlyArray<readonly [Buffer, FileSource]> = [
        [one, { bytes: one }],
        [other, { path: await file(other) }],
        [third, { stream: pieces([third.subarray(0, 7), third.subarray(7, 7), third.subarray(7)]) }],
      ]
      for (const [bytes, source] of sources) {
        equal(right(await store.put('file', source)()), { digest: digestOf(bytes), size })
        equal(await contentOf(store, 'file', digestOf(bytes)), digestOf(bytes))
      }
    }
  },

  'holds equal content once, however often and from wherever it is put': async ({ store, file }) => {
    for (const size of [100, 2 * MIB]) {
      const bytes = randomBytes(size)
      const path = await file(bytes)
      for (const source of [{ path }, { bytes }, { path }, { stream: pieces([bytes]) }, { path }]) {
        equal(right(await store.put('file', source)()), { digest: digestOf(bytes), size })
      }
      equal((await listed(store, 'file')).filter(({ digest }) => digest === digestOf(bytes)).length, 1)
      equal(await contentOf(store, 'file', digestOf(bytes)), digestOf(bytes))
    }
  },

  'keeps files and manifests apart': async ({ store }) => {
    const bytes = randomBytes(50)
    const { digest } = right(await store.put('manifest', { bytes })())
    equal(right(await store.has('manifest', digest)()), { digest, size: 50 })
    equal(right(await store.has('file', digest)()), undefined)
    equal(left(await store.open('file', digest)()), { _tag: 'file-missing', digest })
    equal(left(await store.verify('file', digest)()), { _tag: 'file-missing', digest })
    ok(!(await listed(store, 'file')).map((found) => found.digest).includes(digest))
    ok((await listed(store, 'manifest')).map((found) => found.digest).includes(digest))
    equal(await contentOf(store, 'manifest', digest), digestOf(bytes))
  },

  'says what is missing': async ({ store }) => {
    const outside = digestFrom(`${'../'.repeat(10)}etc/passwd`)
    for (const digest of [digestOf(randomBytes(8)), outside]) {
      for (const kind of ['file', 'manifest'] as const) {
        equal(right(await store.has(kind, digest)()), undefined)
        equal(left(await store.open(kind, digest)()), { _tag: 'file-missing', digest })
        equal(left(await store.verify(kind, digest)()), { _tag: 'file-missing', digest })
      }
      equal(right(await store.delete(digest, aMinuteFromNow())()), false)
    }
  },

  'replaces what was damaged when the same bytes are put again': async ({ store, file, damage }) => {
    for (const kind of ['file', 'manifest'] as const) {
      for (const size of [1, 20, MIB + 3, 3 * MIB]) {
        const bytes = randomBytes(size)
        const path = await file(bytes)
        const { digest } = right(await store.put(kind, { path })())
        for (const source of [{ path }, { bytes }, { stream: pieces([bytes]) }, { path }]) {
          await damage(store, kind, digest)
          equal(right(await store.put(kind, source)()), { digest, size })
          equal(right(await store.verify(kind, digest)()), { digest, size })
          equal(await contentOf(store, kind, digest), digest)
        }
      }
    }
  },

  'verifies what is stored': async ({ store }) => {
    for (const size of [0, 10, 2 * MIB + 1]) {
      const bytes = randomBytes(size)
      const { digest } = right(await store.put('file', { bytes })())
      equal(right(await store.verify('file', digest)()), { digest, size })
    }
  },

  'lists all that it holds, with sizes and times': async ({ store }) => {
    const before = Date.now()
    const files = Array.from({ length: 30 }, (_, size) => randomBytes(size + 8))
    await Promise.all(files.map(async (bytes) => right(await store.put('file', { bytes })())))
    const mine = new Set(files.map(digestOf))
    const found = (await listed(store, 'file')).filter(({ digest }) => mine.has(digest))
    equal(
      sorted(found.map(({ digest, size }) => ({ digest, size }))),
      sorted(files.map((bytes) => ({ digest: digestOf(bytes), size: bytes.length }))),
    )
    for (const { lastPut } of found) {
      // Clocks of file systems tick some milliseconds apart.
      ok(lastPut.getTime() > before - 2000)
      ok(lastPut.getTime() < Date.now() + 2000)
    }
  },

  'lists in pages, which a reader need not read to the end': async ({ store }) => {
    right(await store.put('file', { bytes: randomBytes(9) })())
    for await (const page of store.list('file')) {
      ok(page.length > 0)
      break
    }
    ok((await listed(store, 'file')).length > 0)
  },
} satisfies Record<string, (world: World) => Promise<void>>
