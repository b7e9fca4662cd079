/**
 * Puts files until one fails, repairs what is wrong with a shell command, and prints what happened.
 * Arguments: the store, how many bytes each file has, the repair.
 */
import { execSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { directoryFileStore, download } from '../../adapters/directory/index.js'
import { memoryFileStore } from '../../adapters/memory/index.js'
import type { StoredFile } from '../../domain/ports/file-store.js'

const [path = '', bytesEach = '', repair = ''] = process.argv.slice(2)
const opened = await directoryFileStore({ path })()
if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left))
const store = opened.right

const bytes = (fill: number) => Buffer.alloc(Number(bytesEach), fill)

const acknowledged: StoredFile[] = []
let failure: unknown
for (let fill = 0; fill < 50 && failure === undefined; fill++) {
  const stored = await store.put('file', { bytes: bytes(fill) })()
  if (E.isRight(stored)) acknowledged.push(stored.right)
  else failure = stored.left
}

const memory = memoryFileStore()
const held = await memory.put('file', { bytes: bytes(200) })()
if (E.isLeft(held)) throw new Error('the memory is full')
const to = join(path, '..', 'target')
const downloaded = await download({ files: memory, entries: [{ path: 'a', ...held.right }], to })()

const leftovers = [...readdirSync(join(path, 'tmp')), ...readdirSync(to)]
execSync(repair.replace('PID', String(process.pid)))
const again = await store.put('file', { bytes: bytes(100) })()
if (E.isRight(again)) acknowledged.push(again.right)

const listed: StoredFile[] = []
for await (const page of store.list('file')) for (const { digest, size } of page) listed.push({ digest, size })
const verified = await Promise.all(listed.map(({ digest }) => store.verify('file', digest)()))
const sound = verified.filter(E.isRight).map(({ right }) => right)
console.log(JSON.stringify({ failure, downloaded, leftovers, again, acknowledged, listed, sound }))
