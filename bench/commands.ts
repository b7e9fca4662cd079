/** Handling commands: many at once against one at a time, and on long histories against short ones. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { type Benchmark, timed } from './measure.js'
import { commandsOn, countOf, opened, temporaryFolder } from './support.js'

/** 64 callers at once, each on an artifact of its own or all on one, against one caller. */
const concurrent = (name: string, what: string, artifactOf: (caller: number) => string): Benchmark => ({
  name,
  what,
  unit: 'commands/s',
  budget: 4,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const store = await opened(sqliteEventStore({ path: join(folder, 'events.db') }))
    const { logVersion } = commandsOn(store)
    const callers = 64
    const rounds = size === 'full' ? 40 : 1
    let content = 0
    /** Whether every content that was given is a version of its own. */
    const allLogged = async (): Promise<boolean> => (await countOf(store, 'ArtifactVersionLogged')) === content
    return {
      ours: () =>
        timed(async () => {
          for (let round = 0; round < rounds; round++) {
            await Promise.all(
              Array.from({ length: callers }, (_, caller) => logVersion(artifactOf(caller), String(content++))),
            )
          }
          return rounds * callers
        }, allLogged),
      floor: () =>
        timed(async () => {
          const commands = rounds * 16
          for (let count = 0; count < commands; count++)
            await logVersion(artifactOf(count % callers), String(content++))
          return commands
        }, allLogged),
      close: async () => {
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
})

export const commandsOn64Artifacts = concurrent(
  'commands-64-artifacts',
  '64 concurrent commands on 64 artifacts, against one at a time',
  (caller) => `artifact-${caller}`,
)

export const commandsOnOneArtifact = concurrent(
  'commands-64-one-artifact',
  '64 concurrent commands on one artifact, against one at a time',
  () => 'shared',
)

/** Versions in the long history: what budget and issue name. */
const LONG = 100_000

export const commandOnLongHistory: Benchmark = {
  name: 'command-long-history',
  what: `moving an alias in an artifact of ${LONG.toLocaleString('en')} versions, against one of 10`,
  unit: 'commands/s',
  budget: 0.5,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const store = await opened(sqliteEventStore({ path: join(folder, 'events.db'), durability: 'relaxed' }))
    const { logVersion, moveAlias } = commandsOn(store)
    const versions = size === 'full' ? LONG : 100
    for (let version = 0; version < 10; version++) await logVersion('short', String(version))
    for (let version = 0; version < versions; version += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, offset) => logVersion('long', String(version + offset))))
    }
    const commands = size === 'full' ? 4000 : 20
    let turn = 0
    const side = (name: string, span: number) => () => {
      let moved = 0
      return timed(
        async () => {
          for (let count = 0; count < commands; count++) {
            moved += (await moveAlias(name, 'production', (turn++ * 7919) % span)).events.length
          }
          return commands
        },
        () => moved,
      )
    }
    return {
      ours: side('long', versions),
      floor: side('short', 10),
      close: async () => {
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}
