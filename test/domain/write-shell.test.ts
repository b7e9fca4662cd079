import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/event-store.js'
import { sha256 } from '../../domain/digest.js'
import type { FileStore } from '../../domain/file-store.js'
import { manifestStore } from '../../domain/manifest/manifest-store.js'
import { writeShell } from '../../domain/write-shell.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

const files = { put: (_k: string, s: { bytes: Uint8Array }) => TE.right({ digest: sha256(s.bytes), size: s.bytes.length }) } as unknown as FileStore

test('smoke', async () => {
  const store = memoryEventStore()
  const manifests = manifestStore(files)
  let n = 0
  const shell = writeShell({ store, manifests, clock: { now: () => new Date(), sleep: (ms) => new Promise((r) => setTimeout(r, ms)) }, ids: { next: () => String(n++), fraction: Math.random } })
  const artifact = { entity: 'acme', project: 'p', name: 'm' }
  const t0 = Date.now()
  const receipts = await Promise.all(
    Array.from({ length: 2000 }, async (_, i) => {
      const m = await manifests.put([{ path: 'f', digest: sha256(String(i)), size: 1 }])()
      if (E.isLeft(m)) throw new Error('x')
      return shell.handle({ commandId: `c${i}`, actor: 'anna', command: { type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest: m.right } })()
    }),
  )
  console.log(Date.now() - t0, receipts.filter(E.isRight).length, JSON.stringify(receipts[3]))
  const again = await shell.handle({ commandId: `c3`, actor: 'anna', command: { type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest: (await manifests.put([{ path: 'f', digest: sha256('3'), size: 1 }])() as any).right } })()
  expect(again).toEqual(receipts[3])
  const bad = await shell.handle({ commandId: 'x', actor: 'a', command: { type: 'MoveAlias', collection: { ...artifact, name: 'a b' }, alias: 'v3', version: -1, foo: 1 } })()
  console.log(JSON.stringify(bad))
  const un = await shell.handle({ commandId: 'x', actor: 'a', command: { type: 'MoveAlias', collection: artifact, alias: 'best', version: 99999 } })()
  console.log(JSON.stringify(un))
})
