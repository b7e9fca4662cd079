/** What a file store holds of what was put. */
import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { FileSource } from '../../domain/ports/file-store.js'
import { digestFrom } from '../../domain/values/digest.js'
import { left, right } from '../results.js'
import { aMinuteFromNow, contentOf, digestOf, listed, MIB, pieces, sorted, type World } from './world.js'

export const storingCases = {
  'gives back what was put, byte for byte, under its SHA-256': async ({ store }) => {
    for (const size of [1, 1000, 65_536, MIB - 1, MIB, MIB + 1, 3 * MIB + 7]) {
      const bytes = randomBytes(size)
      expect(right(await store.put('file', { bytes })())).toEqual({ digest: digestOf(bytes), size })
      expect(await contentOf(store, 'file', digestOf(bytes))).toBe(digestOf(bytes))
    }
  },

  'stores an empty file': async ({ store, file }) => {
    const empty = Buffer.alloc(0)
    for (const source of [{ bytes: empty }, { path: await file(empty) }, { stream: pieces([]) }]) {
      expect(right(await store.put('file', source)())).toEqual({ digest: digestOf(empty), size: 0 })
    }
    expect(await contentOf(store, 'file', digestOf(empty))).toBe(digestOf(empty))
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
        expect(right(await store.put('file', source)())).toEqual({ digest: digestOf(bytes), size })
        expect(await contentOf(store, 'file', digestOf(bytes))).toBe(digestOf(bytes))
      }
    }
  },

  'holds equal content once, however often and from wherever it is put': async ({ store, file }) => {
    for (const size of [100, 2 * MIB]) {
      const bytes = randomBytes(size)
      const path = await file(bytes)
      for (const source of [{ path }, { bytes }, { path }, { stream: pieces([bytes]) }, { path }]) {
        expect(right(await store.put('file', source)())).toEqual({ digest: digestOf(bytes), size })
      }
      expect((await listed(store, 'file')).filter(({ digest }) => digest === digestOf(bytes))).toHaveLength(1)
      expect(await contentOf(store, 'file', digestOf(bytes))).toBe(digestOf(bytes))
    }
  },

  'keeps files and manifests apart': async ({ store }) => {
    const bytes = randomBytes(50)
    const { digest } = right(await store.put('manifest', { bytes })())
    expect(right(await store.has('manifest', digest)())).toEqual({ digest, size: 50 })
    expect(right(await store.has('file', digest)())).toBeUndefined()
    expect(left(await store.open('file', digest)())).toEqual({ _tag: 'file-missing', digest })
    expect(left(await store.verify('file', digest)())).toEqual({ _tag: 'file-missing', digest })
    expect((await listed(store, 'file')).map((found) => found.digest)).not.toContain(digest)
    expect((await listed(store, 'manifest')).map((found) => found.digest)).toContain(digest)
    expect(await contentOf(store, 'manifest', digest)).toBe(digestOf(bytes))
  },

  'says what is missing': async ({ store }) => {
    const outside = digestFrom(`${'../'.repeat(10)}etc/passwd`)
    for (const digest of [digestOf(randomBytes(8)), outside]) {
      for (const kind of ['file', 'manifest'] as const) {
        expect(right(await store.has(kind, digest)())).toBeUndefined()
        expect(left(await store.open(kind, digest)())).toEqual({ _tag: 'file-missing', digest })
        expect(left(await store.verify(kind, digest)())).toEqual({ _tag: 'file-missing', digest })
      }
      expect(right(await store.delete(digest, aMinuteFromNow())())).toBe(false)
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
          expect(right(await store.put(kind, source)())).toEqual({ digest, size })
          expect(right(await store.verify(kind, digest)())).toEqual({ digest, size })
          expect(await contentOf(store, kind, digest)).toBe(digest)
        }
      }
    }
  },

  'verifies what is stored': async ({ store }) => {
    for (const size of [0, 10, 2 * MIB + 1]) {
      const bytes = randomBytes(size)
      const { digest } = right(await store.put('file', { bytes })())
      expect(right(await store.verify('file', digest)())).toEqual({ digest, size })
    }
  },

  'lists all that it holds, with sizes and times': async ({ store }) => {
    const before = Date.now()
    const files = Array.from({ length: 30 }, (_, size) => randomBytes(size + 8))
    await Promise.all(files.map(async (bytes) => right(await store.put('file', { bytes })())))
    const mine = new Set(files.map(digestOf))
    const found = (await listed(store, 'file')).filter(({ digest }) => mine.has(digest))
    expect(sorted(found.map(({ digest, size }) => ({ digest, size })))).toEqual(
      sorted(files.map((bytes) => ({ digest: digestOf(bytes), size: bytes.length }))),
    )
    for (const { lastPut } of found) {
      // Clocks of file systems tick some milliseconds apart.
      expect(lastPut.getTime()).toBeGreaterThan(before - 2000)
      expect(lastPut.getTime()).toBeLessThan(Date.now() + 2000)
    }
  },

  'lists in pages, which a reader need not read to the end': async ({ store }) => {
    right(await store.put('file', { bytes: randomBytes(9) })())
    for await (const page of store.list('file')) {
      expect(page.length).toBeGreaterThan(0)
      break
    }
    expect((await listed(store, 'file')).length).toBeGreaterThan(0)
  },
} satisfies Record<string, (world: World) => Promise<void>>
