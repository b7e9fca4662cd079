import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../../adapters/memory/file-store.js'
import { manifestStore } from '../../../application/manifest-store.js'
import { type FileStore, FileStoreFailure } from '../../../domain/ports/file-store.js'
import { sha256 } from '../../../domain/values/digest.js'
import { manifestText, summarise } from '../../../domain/values/manifest/manifest.js'
import { entry, left, right } from '../../support/domain-ledger.js'

const manifest = [entry('a=1'), entry('größe=22')]
const digest = sha256(manifestText(manifest))

/** A store that gives these chunks for whatever is asked for, and counts the questions. */
const giving = (chunks: () => AsyncIterable<Uint8Array>): FileStore & { readonly opened: () => number } => {
  let opened = 0
  return {
    ...memoryFileStore(),
    open: () => {
      opened += 1
      return TE.right(chunks())
    },
    opened: () => opened,
  }
}

async function* pieces(text: string): AsyncIterable<Uint8Array> {
  for (const byte of Buffer.from(text)) yield Uint8Array.of(byte)
}

describe('a manifest store', () => {
  it('keeps a manifest under the digest of its text', async () => {
    const files = memoryFileStore()
    expect(right(await manifestStore(files).put(manifest)())).toEqual({ digest, entries: 2, bytes: 3 })
    expect(right(await files.has('manifest', digest)())).toMatchObject({ digest })
    const another = manifestStore(files)
    expect(right(await another.get(digest)())).toEqual(manifest)
    expect(right(await manifestStore(files).summary(digest)())).toEqual(summarise(manifest))
  })

  it('reads a manifest from pieces that cut its characters, and only once', async () => {
    const files = giving(() => pieces(manifestText(manifest)))
    const store = manifestStore(files)
    expect(right(await store.get(digest)())).toEqual(manifest)
    expect(right(await store.get(digest)())).toEqual(manifest)
    expect(right(await store.summary(digest)())).toEqual({ digest, entries: 2, bytes: 3 })
    expect(files.opened()).toBe(1)
  })

  it('says that a manifest was never stored', async () => {
    const store = manifestStore(memoryFileStore())
    expect(left(await store.get(digest)())).toEqual({ _tag: 'file-missing', digest })
    expect(left(await store.summary(digest)())).toEqual({ _tag: 'file-missing', digest })
  })

  it('says that a manifest was changed', async () => {
    const store = manifestStore(giving(() => pieces('something else')))
    const damaged = { _tag: 'file-damaged', digest, found: sha256('something else'), size: 14 }
    expect(left(await store.get(digest)())).toEqual(damaged)
    expect(left(await store.summary(digest)())).toEqual(damaged)
  })

  it('says that bytes were changed of which the same text is read', async () => {
    const text = Buffer.from(manifestText([entry('a\ufffd=1')]))
    const at = text.indexOf('\ufffd')
    // No UTF-8 any more: what stands for such a byte is the character that was there.
    const changed = Buffer.concat([text.subarray(0, at), Uint8Array.of(0xff), text.subarray(at + 3)])
    expect(changed.toString('utf8')).toBe(text.toString('utf8'))
    const store = manifestStore(
      giving(async function* () {
        yield changed
      }),
    )
    const size = text.length - 2
    expect(left(await store.get(sha256(text))())).toEqual({
      ...{ _tag: 'file-damaged', digest: sha256(text) },
      ...{ found: sha256(changed), size },
    })
  })

  it('says what is wrong with a text that is stored under its digest and is no manifest', async () => {
    const text = `["../a","${sha256('1')}",1,null]\n`
    const error = left(await manifestStore(giving(() => pieces(text))).get(sha256(text))())
    expect(error).toEqual({
      _tag: 'file-store-failed',
      operation: `read the manifest ${sha256(text)}`,
      reason: expect.stringContaining('line 1'),
    })
  })

  it('says that reading failed half-way', async () => {
    const failing = (error: Error) =>
      manifestStore(
        giving(async function* () {
          yield Buffer.from('["a')
          throw error
        }),
      ).get(digest)()
    const reason = { _tag: 'file-store-failed', operation: 'read', reason: 'gone' } as const
    expect(left(await failing(new FileStoreFailure(reason)))).toEqual(reason)
    expect(left(await failing(new Error('gone')))).toMatchObject({ _tag: 'file-store-failed', reason: 'Error: gone' })
  })

  it('remembers what it saw last, and reads again what it forgot', async () => {
    const files = memoryFileStore()
    let opened = 0
    const open: FileStore['open'] = (kind, address) => {
      opened += 1
      return files.open(kind, address)
    }
    const store = manifestStore({ ...files, open })
    const large = (n: number) =>
      Array.from({ length: 70_000 }, (_, at) => ({ ...entry('f'), path: `${n}/${at + 100_000}` }))
    const first = right(await store.put(large(1))())
    right(await store.put(large(2))())
    const third = right(await store.put(large(3))())
    expect(right(await store.get(third.digest)())).toHaveLength(third.entries)
    expect(right(await store.summary(first.digest)())).toEqual(first)
    expect(opened).toBe(0)
    expect(right(await store.get(first.digest)())[0]?.path).toBe('1/100000')
    expect(opened).toBe(1)
  })
})
