/** The first command of a process on a long artifact. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { collectionPath } from '../domain/values/references.js'
import { artifactPath, fill, linksHistory, movedModel, versionsHistory } from './history.js'
import type { Benchmark } from './measure.js'
import { opened, temporaryFolder } from './support.js'

/** What has a long stream: an artifact of many versions, or a registered model of many links. */
export type Long = 'artifact' | 'model'

export const fillLong = async (folder: string, long: Long, count: number): Promise<void> => {
  const store = await opened(sqliteEventStore({ path: join(folder, 'events.db'), durability: 'relaxed' }))
  await fill(store, long === 'artifact' ? versionsHistory(count, 1) : linksHistory(count))
  await store.close()
}

interface FirstCommand {
  readonly milliseconds: number
  readonly revision: number
}

export const firstCommandIn = async (how: 'with' | 'without', folder: string, long: Long): Promise<FirstCommand> => {
  const built = import.meta.url.endsWith('.ts') ? '../dist/bench/first-command.js' : './first-command.js'
  const path = long === 'artifact' ? artifactPath(0) : collectionPath(movedModel)
  const script = fileURLToPath(new URL(built, import.meta.url))
  const child = spawn(process.execPath, [script, how, folder, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`the first command in ${folder} ended with ${code}`)
  const first: FirstCommand = JSON.parse(said)
  return first
}

export const firstCommandWithSnapshot: Benchmark = {
  name: 'first-command',
  what: "a process's first command on an artifact of 100,000 versions, with a snapshot, from the open ledger to the receipt, against 50 ms",
  unit: 'first commands/s',
  budget: 1,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const versions = size === 'full' ? 100_000 : 1000
    await fillLong(folder, 'artifact', versions)
    await firstCommandIn('with', folder, 'artifact')
    return {
      ours: async () => {
        const { milliseconds, revision } = await firstCommandIn('with', folder, 'artifact')
        // The artifact, two events a version, and those of the first commands.
        return { done: 1, seconds: milliseconds / 1000, answer: revision > 2 * versions }
      },
      floor: 1000 / 50,
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
}
