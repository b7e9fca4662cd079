import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { type FileStore, FileStoreFailure } from '../../domain/ports/file-store.js'
import { openLedger } from '../../index.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'

const MANY = 'weights '.repeat(100_000)
const content = [
  { bytes: MANY, as: 'model/weights.bin' },
  { bytes: '', as: 'model/empty' },
  { bytes: '{}', as: 'config.json' },
  { reference: 's3://bucket/data.csv', as: 'data.csv' },
]
const logged = { name: 'cats', type: 'model', content }

const whole = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('one file of a version', () => {
  it('is read as a stream, also through a link', async () => {
    const { ledger } = await memoryLedger()
    const { path: version } = await ledger.logArtifact(logged)
    const opened = await ledger.openFile({ version: 'cats', path: 'model/weights.bin' })
    expect(opened).toMatchObject({ version, path: 'model/weights.bin', size: MANY.length })
    expect(await whole(opened.bytes)).toBe(MANY)
    await ledger.link({ version, to: 'cat-or-dog', aliases: ['production'] })
    await ledger.logArtifact({ ...logged, content: [{ bytes: 'new', as: 'model/weights.bin' }] })
    const linked = await ledger.openFile({ version: 'model-registry/cat-or-dog:production', path: 'model/empty' })
    expect(linked).toMatchObject({ version, size: 0 })
    expect(await whole(linked.bytes)).toBe('')
    await ledger.close()
  })

  it.each([
    [{ start: 0, end: 8 }, 'weights '],
    [{ start: MANY.length - 3 }, 'ts '],
    [{ end: 3 }, 'wei'],
    [{ start: 4, end: 4 }, ''],
    [{ start: MANY.length + 1 }, ''],
    [{ start: MANY.length - 2, end: MANY.length + 5 }, 's '],
    [{}, MANY],
  ])('is read in part: %j', async (range, expected) => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact(logged)
    const opened = await ledger.openFile({ version: 'cats', path: 'model/weights.bin', range })
    expect(await whole(opened.bytes)).toBe(expected)
    expect(opened).toMatchObject({ size: MANY.length })
    expect(opened.range.end - opened.range.start).toBe(expected.length)
    await ledger.close()
  })

  it('is refused in part where the end is before the start, and where the store gives other bytes', async () => {
    const files = memoryFileStore()
    const deaf: FileStore = { ...files, open: (kind, digest) => files.open(kind, digest) }
    const { ledger } = await memoryLedger({ events: memoryEventStore(), files: deaf })
    await ledger.logArtifact(logged)
    const open = (range: { start?: number; end?: number }) =>
      ledger.openFile({ version: 'cats', path: 'model/weights.bin', range })
    for (const range of [{ start: 2, end: 1 }, { start: -1 }, { end: 0.5 }])
      expect((await rejection(open(range))).code).toBe('invalid-input')
    const { bytes } = await open({ start: 1, end: 3 })
    expect((await rejection(whole(bytes))).code).toBe('file-store-failed')
    await ledger.close()
  })

  it('is refused with the paths that are like it, or with the place of a reference', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact(logged)
    const refused = (path: string, version = 'cats') => rejection(ledger.openFile({ version, path }))
    const similarTo = async (path: string) => (await refused(path)).error
    expect(await similarTo('model/wieghts.bin')).toMatchObject({ similar: ['model/weights.bin'] })
    expect(await similarTo('weights.bin')).toMatchObject({ similar: ['model/weights.bin'] })
    expect(await similarTo('model')).toMatchObject({ similar: ['model/empty', 'model/weights.bin'] })
    expect(await similarTo('Config.json')).toMatchObject({ similar: ['config.json'] })
    expect(await similarTo('readme')).toEqual({ _tag: 'path-not-found', path: 'readme', similar: [] })
    expect((await refused('weights.bin')).message).toBe(
      'there is no file "weights.bin"; did you mean "model/weights.bin"?',
    )
    expect(await refused('data.csv')).toMatchObject({
      code: 'not-stored',
      message: '"data.csv" is a reference: fetch it from s3://bucket/data.csv',
    })
    expect(await refused('config.json', 'cats:v7')).toMatchObject({ code: 'version-not-found' })
    await ledger.close()
  })

  it('never comes to its end with other bytes than were logged', async () => {
    async function* changed(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
      for await (const chunk of stream) yield chunk.map((byte) => byte ^ 1)
    }
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.from('we')
      throw new FileStoreFailure({ _tag: 'file-store-failed', operation: 'read', reason: 'the disk is gone' })
    }
    const ways: ReadonlyArray<readonly [code: string, open: (file: ReturnType<FileStore['open']>) => typeof file]> = [
      ['file-damaged', TE.map(changed)],
      ['file-store-failed', TE.map(broken)],
    ]
    for (const [code, spoilt] of ways) {
      const files = memoryFileStore()
      const open: FileStore['open'] = (kind, digest) =>
        kind === 'file' ? spoilt(files.open(kind, digest)) : files.open(kind, digest)
      const ledger = await openLedger({
        events: memoryEventStore(),
        files: { ...files, open },
        actor: 'anna',
        entity: 'e',
      })
      await ledger.logArtifact(logged)
      const { bytes } = await ledger.openFile({ version: 'cats', path: 'config.json' })
      expect((await rejection(whole(bytes))).code).toBe(code)
      await ledger.close()
    }
  })
})
