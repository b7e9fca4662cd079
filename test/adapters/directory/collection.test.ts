import { mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import type { Digest } from '../../../domain/values/digest.js'
import { openLedger } from '../../../index.js'
import { right } from '../../../testing/results.js'
import { rejection, text } from '../../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'directory-collection-'))
afterAll(() => rmSync(folder, { recursive: true }))

let names = 0
const opened = async () => {
  const root = join(folder, `${names++}`)
  return { root, store: right(await directoryFileStore({ path: root })()) }
}
const hexOf = (digest: Digest) => digest.slice('sha256:'.length)
const placeOf = (root: string, digest: Digest) => join(root, 'files', hexOf(digest).slice(0, 2), hexOf(digest).slice(2))
const DAY = 24 * 3600 * 1000

const age = (path: string): void => utimesSync(path, new Date(Date.now() - 2 * DAY), new Date(Date.now() - 2 * DAY))

/** As a collector leaves it that dies between taking a file out of sight and looking at it once more. */
const hide = (root: string, digest: Digest): void =>
  renameSync(placeOf(root, digest), join(root, 'tmp', `deleted-${hexOf(digest)}-${names++}`))

describe('a file that a collector took out of sight before it died', () => {
  it.each<readonly [string, (store: Awaited<ReturnType<typeof opened>>['store'], digest: Digest) => Promise<unknown>]>([
    ['read', async (store, digest) => right(await store.open('file', digest)())],
    ['verified', async (store, digest) => right(await store.verify('file', digest)())],
    ['looked for', async (store, digest) => expect(right(await store.has('file', digest)())).toBeDefined()],
    ['renewed', async (store, digest) => expect(right(await store.renew([digest])())).toEqual([])],
    ['put again', async (store) => right(await store.put('file', { bytes: Buffer.from('x') })())],
  ])('is there again when it is %s', async (_, use) => {
    const { root, store } = await opened()
    const { digest } = right(await store.put('file', { bytes: Buffer.from('x') })())
    hide(root, digest)
    await use(store, digest)
    expect(right(await store.verify('file', digest)())).toEqual({ digest, size: 1 })
    await store.close()
  })

  it('is there again in a copy that lacks what was empty', async () => {
    const { root, store } = await opened()
    const { digest } = right(await store.put('file', { bytes: Buffer.from('x') })())
    hide(root, digest)
    await store.close()
    rmdirSync(dirname(placeOf(root, digest)))
    const copy = right(await directoryFileStore({ path: root })())
    expect(right(await copy.verify('file', digest)())).toEqual({ digest, size: 1 })
    await copy.close()
  })

  it('is there again when the store is listed, however long ago that was', async () => {
    const { root, store } = await opened()
    const { digest } = right(await store.put('file', { bytes: Buffer.from('x') })())
    await store.close()
    age(placeOf(root, digest))
    hide(root, digest)
    const later = right(await directoryFileStore({ path: root, now: () => new Date(Date.now() + 9 * DAY) })())
    for await (const page of later.list('file')) expect(page.map((file) => file.digest)).toEqual([digest])
    expect(readdirSync(join(root, 'tmp'))).toEqual([])
    expect(right(await later.verify('file', digest)())).toEqual({ digest, size: 1 })
    await later.close()
  })
})

it('a file that was put long ago is dated anew when it is renewed, by the clock of the file system', async () => {
  const { root, store } = await opened()
  const { digest } = right(await store.put('file', { bytes: Buffer.from('x') })())
  const before = right(await store.now()())
  age(placeOf(root, digest))
  expect(right(await store.renew([digest])())).toEqual([])
  expect(statSync(placeOf(root, digest)).mtimeMs).toBeGreaterThanOrEqual(before.getTime() - 1000)
  expect(right(await store.delete(digest, new Date(before.getTime() - 2000))())).toBe(false)
  await store.close()
})

it('what is unfinished is told until it goes by itself', async () => {
  const directory = join(folder, `${names++}`)
  const open = () => openLedger({ directory, actor: 'anna', entity: 'acme' })
  const ledger = await open()
  await ledger.logArtifact({ name: 'm', type: 'model', content: text('m') })
  const left = join(directory, 'files', 'tmp', 'left-by-the-dead')
  writeFileSync(left, 'half of it')
  const since = statSync(left).ctime.getTime()
  const goes = new Date(since + DAY)
  const { files, recent, unfinished } = await ledger.collectable()
  expect([files, recent.files]).toEqual([[], 0])
  expect(unfinished).toEqual({ files: 1, bytes: 10, firstGoes: goes, lastGoes: goes })
  await ledger.close()
  const path = join(directory, 'files')
  for (const [now, there] of [
    [goes.getTime() - 1000, 1],
    [goes.getTime() + 1000, 0],
  ] as const) {
    const store = right(await directoryFileStore({ path, now: () => new Date(now) })())
    expect(right(await store.unfinished()())).toHaveLength(there)
    await store.close()
  }
})

it('a draft whose content was collected meanwhile is refused, and logs when it is added again', async () => {
  const directory = join(folder, `${names++}`)
  const ledger = await openLedger({ directory, actor: 'anna', entity: 'acme' })
  await ledger.logArtifact({ name: 'other', type: 'model', content: text('other') })
  const draft = await ledger.newArtifact({ name: 'm', type: 'model' })
  await draft.add(text('of yesterday'))
  for (const entry of readdirSync(join(directory, 'files', 'files'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) age(join(entry.parentPath, entry.name))
  expect(await ledger.collectGarbage(await ledger.collectable())).toMatchObject({ deleted: 1 })
  expect(await rejection(draft.log())).toMatchObject({ code: 'file-missing' })
  await draft.add(text('of yesterday'))
  await draft.log()
  expect((await ledger.verify()).damaged).toEqual([])
  await ledger.close()
})
