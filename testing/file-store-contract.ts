/**
 * What every file store must do, as cases that every adapter runs. A store may hold other files already and
 * answer lists and reads in pieces of any size; the cases expect no more than the port promises.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { FileKind, FileSource, FileStore, StoredFile } from '../domain/ports/file-store.js'
import { newLedgerId } from '../domain/ports/ledger-id.js'
import { type Digest, digestFrom } from '../domain/values/digest.js'

/**
 * Registers every case for one adapter, and a last one that fails if any was left out.
 *
 * @param open gives a store that is used by one case and closed by it
 * @param damage changes a byte of a stored file; left out where nothing but the store itself can reach the bytes
 */
export const fileStoreContract = (name: string, open: () => Promise<FileStore>, damage: Damage = unreachable): void => {
  describe(`file store contract: ${name}`, () => {
    const begun = new Set<string>()
    for (const caseName of fileContractCases) {
      it(caseName, async () => {
        begun.add(caseName)
        await runFileContractCase(caseName, open, damage)
      })
    }

    it('leaves no case out', () => {
      expect([...begun].sort()).toEqual([...fileContractCases].sort())
    })
  })
}

/** Runs one case on a new store and closes it; rejects if the store does not do what the case says. */
export const runFileContractCase = async (
  name: FileContractCase,
  open: () => Promise<FileStore>,
  damage: Damage = unreachable,
): Promise<void> => {
  const store = await open()
  const folder = await mkdtemp(join(tmpdir(), 'file-contract-'))
  try {
    await cases[name]({
      store,
      damage,
      file: async (bytes) => {
        const path = join(folder, randomBytes(8).toString('hex'))
        await writeFile(path, bytes)
        return path
      },
    })
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

export type Damage = (store: FileStore, kind: FileKind, digest: Digest) => Promise<void>

const unreachable: Damage = async () => undefined

interface World {
  readonly store: FileStore
  /** Changes a byte of a stored file behind the store's back. */
  readonly damage: Damage
  /** Writes a file of the caller's. */
  readonly file: (bytes: Uint8Array) => Promise<string>
}

const MIB = 1024 * 1024

const cases = {
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

  'deletes a file, which can then be put again': async ({ store, file }) => {
    for (const size of [20, 2 * MIB]) {
      const bytes = randomBytes(size)
      const path = await file(bytes)
      const { digest } = right(await store.put('file', { path })())
      expect(right(await store.delete(digest, aMinuteFromNow())())).toBe(true)
      expect(right(await store.has('file', digest)())).toBeUndefined()
      expect((await listed(store, 'file')).map((found) => found.digest)).not.toContain(digest)
      expect(right(await store.delete(digest, aMinuteFromNow())())).toBe(false)
      expect(right(await store.put('file', { path })())).toEqual({ digest, size })
      expect(await contentOf(store, 'file', digest)).toBe(digestOf(bytes))
    }
  },

  'deletes no file that was put after the given time': async ({ store }) => {
    const bytes = randomBytes(20)
    const { digest } = right(await store.put('file', { bytes })())
    expect(right(await store.delete(digest, new Date(Date.now() - 60_000))())).toBe(false)
    expect(await contentOf(store, 'file', digest)).toBe(digestOf(bytes))
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
      expect(last?.getTime()).toBeGreaterThan(between.getTime())
      expect(right(await store.delete(digest, between)())).toBe(false)
      expect(right(await store.delete(digest, aMinuteFromNow())())).toBe(true)
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
    expect(right(await store.renew([...digests, gone, manifest, ...digests])()).toSorted()).toEqual(
      [gone, manifest].toSorted(),
    )
    const now = right(await store.now()())
    for (const { digest, lastPut } of await listed(store, 'file'))
      if (digests.includes(digest)) expect(Math.abs(lastPut.getTime() - now.getTime())).toBeLessThan(60_000)
    for (const digest of digests) expect(await contentOf(store, 'file', digest)).toBe(digest)
    expect(right(await store.renew([])())).toEqual([])
  },

  'deletes no manifest': async ({ store }) => {
    const { digest } = right(await store.put('manifest', { bytes: randomBytes(20) })())
    expect(right(await store.delete(digest, aMinuteFromNow())())).toBe(false)
    expect(right(await store.has('manifest', digest)())).toEqual({ digest, size: 20 })
  },

  'knows the ledgers to which it belongs': async ({ store }) => {
    const [one, other] = [1, 2].map(() => newLedgerId({ next: randomUUID, fraction: Math.random })).sort()
    if (one === undefined || other === undefined) throw new Error('two ids are made')
    const mine = async () => (right(await store.ledgers()()) ?? []).filter((each) => [one, other].includes(each))
    expect(await mine()).toEqual([])
    await Promise.all([one, one, other].map(async (each) => right(await store.addLedger(each)())))
    expect((await mine()).toSorted()).toEqual([one, other])
    right(await store.addLedger(one)())
    right(await store.removeLedger(other)())
    right(await store.removeLedger(other)())
    expect(await mine()).toEqual([one])
    right(await store.removeLedger(one)())
  },

  'keeps what it was given when the caller changes it afterwards, or already meanwhile': async ({ store, file }) => {
    const bytes = randomBytes(40)
    const path = await file(bytes)
    const copy = Buffer.from(bytes)
    const fromFile = right(await store.put('file', { path })())
    await writeFile(path, 'changed')
    expect(await contentOf(store, 'file', fromFile.digest)).toBe(digestOf(copy))

    const more = randomBytes(2 * MIB)
    const putting = store.put('file', { bytes: more })()
    more.fill(0)
    const fromBytes = right(await putting)
    expect(right(await store.verify('file', fromBytes.digest)())).toEqual(fromBytes)
    expect(await contentOf(store, 'file', fromBytes.digest)).toBe(fromBytes.digest)
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
    expect(right(await store.put('file', { stream: reusing() })()).digest).toBe(digestOf(whole))
    expect(await contentOf(store, 'file', digestOf(whole))).toBe(digestOf(whole))
  },

  'stores nothing of a source that fails': async ({ store, file }) => {
    const begin = randomBytes(3 * MIB)
    async function* failing(bytes: Buffer) {
      yield bytes
      throw new Error('the cable was pulled')
    }
    for (const bytes of [begin, begin.subarray(0, 10)]) {
      const failed = left(await store.put('file', { stream: failing(bytes) })())
      expect(failed).toEqual({ _tag: 'source-failed', reason: 'the cable was pulled' })
      expect(right(await store.has('file', digestOf(bytes))())).toBeUndefined()
    }
    const folder = join(await file(begin), '..')
    for (const path of [join(folder, 'missing'), folder]) {
      const failed = left(await store.put('file', { path })())
      expect(failed).toEqual({ _tag: 'source-failed', reason: expect.stringContaining(path) })
    }
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
    expect(left(await store.put('file', { stream: wrong })())).toMatchObject({ _tag: 'source-failed' })
    expect(cleaned).toBe(true)
  },

  'tells how far a put is, upwards and to the end': async ({ store, file }) => {
    const bytes = randomBytes(2 * MIB + 5)
    const path = await file(bytes)
    for (const source of [{ bytes }, { path }, { path }, { stream: pieces([bytes]) }]) {
      const told: number[] = []
      right(await store.put('file', source, (done) => told.push(done))())
      expect(told).toEqual([...told].sort((one, other) => one - other))
      expect(told.at(-1)).toBe(bytes.length)
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
    expect(right(await store.has('file', digestOf(bytes))())).toBeUndefined()
    expect(right(await put())).toEqual(right(await put()))
    expect(right(await verify())).toEqual({ digest: digestOf(bytes), size: 30 })
    expect([right(await remove()), right(await remove())]).toEqual([true, false])
  },

  'reads a file any number of times, and chunk by chunk': async ({ store }) => {
    const bytes = randomBytes(3 * MIB)
    const { digest } = right(await store.put('file', { bytes })())
    const opened = right(await store.open('file', digest)())
    for await (const chunk of opened) {
      expect(chunk.length).toBeLessThan(bytes.length)
      break
    }
    const [one, other] = await Promise.all([gather(opened), gather(opened)])
    expect(digestOf(Buffer.concat(one))).toBe(digest)
    expect(digestOf(Buffer.concat(other))).toBe(digest)
  },

  'takes many puts at once, of the same content and of different': async ({ store, file }) => {
    const small = Array.from({ length: 8 }, () => randomBytes(1000))
    const large = randomBytes(2 * MIB)
    const path = await file(large)
    const sources = [...small, ...small].map((bytes): FileSource => ({ bytes }))
    const puts = [...sources, { path }, { path }, { path }].map((source) => store.put('file', source)())
    const stored = (await Promise.all(puts)).map(right)
    for (const bytes of [...small, large]) {
      expect(stored).toContainEqual({ digest: digestOf(bytes), size: bytes.length })
      expect(await contentOf(store, 'file', digestOf(bytes))).toBe(digestOf(bytes))
    }
    const mine = new Set([...small, large].map(digestOf))
    expect((await listed(store, 'file')).filter(({ digest }) => mine.has(digest))).toHaveLength(mine.size)
  },

  'gives up a put that stalls when its time to close is over': async ({ store }) => {
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield randomBytes(2 * MIB)
      await new Promise<never>(() => undefined)
    }
    const put = store.put('file', { stream: stalling() })()
    await store.close(AbortSignal.timeout(20))
    expect(left(await put)).toMatchObject({ _tag: 'closed' })
  },

  'finishes the puts under way before it closes': async ({ store, file }) => {
    const bytes = randomBytes(2 * MIB)
    const putting = store.put('file', { path: await file(bytes) })()
    await store.close()
    const late = new Promise<'late'>((resolve) => setImmediate(resolve, 'late'))
    expect(await Promise.race([putting, late])).toEqual(E.right({ digest: digestOf(bytes), size: bytes.length }))
  },

  'says that it is closed to whoever uses it afterwards': async ({ store }) => {
    const { digest } = right(await store.put('file', { bytes: randomBytes(5) })())
    const opened = right(await store.open('file', digest)())
    await store.close()
    await store.close()
    const closed = { _tag: 'closed', reason: expect.stringContaining('closed') }
    expect(left(await store.put('file', { bytes: randomBytes(5) })())).toMatchObject(closed)
    expect(left(await store.open('file', digest)())).toMatchObject(closed)
    expect(left(await store.has('file', digest)())).toMatchObject(closed)
    expect(left(await store.verify('file', digest)())).toMatchObject(closed)
    expect(left(await store.delete(digest, aMinuteFromNow())())).toMatchObject(closed)
    expect(left(await store.ledgers()())).toMatchObject(closed)
    expect(left(await store.renew([digest])())).toMatchObject(closed)
    expect(left(await store.now()())).toMatchObject(closed)
    for (const reading of [gather(store.list('file')), gather(opened)]) {
      await expect(reading).rejects.toMatchObject({ name: 'FileStoreFailure', error: closed })
    }
  },
} satisfies Record<string, (world: World) => Promise<void>>

export type FileContractCase = keyof typeof cases

const isContractCase = (name: string): name is FileContractCase => name in cases

export const fileContractCases: ReadonlyArray<FileContractCase> = Object.keys(cases).filter(isContractCase)

export const digestOf = (bytes: Uint8Array): Digest => digestFrom(createHash('sha256').update(bytes).digest('hex'))

/** The digest of what is read; to compare whole megabytes takes `toEqual` seconds. */
const contentOf = async (store: FileStore, kind: FileKind, digest: Digest): Promise<Digest> =>
  digestOf(Buffer.concat(await gather(right(await store.open(kind, digest)()))))

const listed = async (store: FileStore, kind: FileKind) => (await gather(store.list(kind))).flat()

export const right = <Left, Right>(either: E.Either<Left, Right>): Right => {
  if (E.isLeft(either)) throw new Error(`expected a right, got ${JSON.stringify(either)}`)
  return either.right
}

export const left = <Left, Right>(either: E.Either<Left, Right>): Left => {
  if (E.isRight(either)) throw new Error(`expected a left, got ${JSON.stringify(either)}`)
  return either.left
}

const gather = async <A>(steps: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: A[] = []
  for await (const step of steps) found.push(step)
  return found
}

async function* pieces(parts: ReadonlyArray<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts
}

const sorted = (files: ReadonlyArray<StoredFile>) => files.map(({ digest, size }) => `${digest} ${size}`).sort()

const aMinuteFromNow = () => new Date(Date.now() + 60_000)

/** Longer than the clocks of file systems tick. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 20))

/** The digests of all files of a store, each of which holds the bytes that its digest is of. */
export const wholeFiles = async (store: FileStore): Promise<ReadonlySet<Digest>> => {
  const digests: Digest[] = []
  for await (const page of store.list('file')) digests.push(...page.map(({ digest }) => digest))
  const torn = (await Promise.all(digests.map((digest) => store.verify('file', digest)()))).filter(E.isLeft)
  expect(torn).toEqual([])
  return new Set(digests)
}
