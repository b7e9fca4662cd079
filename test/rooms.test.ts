/** The order of the rooms: data flows one way, and no import looks back. */
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, read, sourceFiles } from './support/sources.js'

/** In each folder, what stands directly in it, in rows: a room may import what stands in a row before its own. */
const ORDER: Readonly<Record<string, ReadonlyArray<ReadonlyArray<string>>>> = {
  domain: [
    ['values'],
    ['ports'],
    ['command-definition.ts'],
    ['collections'],
    ['artifact', 'registered-model', 'run', 'distributed-draft', 'losses'],
    ['events'],
    ['commands'],
    ['admission.ts'],
    ['index.ts'],
  ],
  projections: [
    ['storage', 'paging'],
    ['projection.ts'],
    ['own-projection.ts'],
    ['registry', 'lineage', 'audit'],
    ['read-models.ts', 'render'],
    ['index.ts'],
  ],
  application: [
    ['manifest-store.ts', 'file-ownership.ts'],
    ['ledger-identity.ts'],
    ['snapshot-header.ts'],
    ['command-handling', 'projecting', 'reading-history'],
    ['process-managers', 'consuming'],
    ['index.ts'],
  ],
  ledger: [
    ['calling'],
    ['diagnostics'],
    ['files'],
    ['logging', 'finding'],
    ['distributing', 'linking'],
    ['looking-back', 'maintenance'],
    ['runs', 'execute.ts'],
    ['own-projections.ts', 'newest.ts'],
    ['ledger-as-of.ts'],
    ['replays.ts', 'feed.ts', 'catching-up.ts'],
    ['consuming.ts'],
    ['writes.ts', 'watching.ts', 'options.ts'],
    ['ledger.ts'],
    ['task-either.ts'],
  ],
}

const rooms = Object.keys(ORDER)

describe('the rooms of the house', () => {
  it.each(rooms)('stand in an order, and none looks back: %s', (room) => {
    const back = sourceFiles().flatMap((file) =>
      importsOf(file, read(file)).flatMap((imported) => lookingBack(room, file, imported)),
    )
    expect(back).toEqual([])
  })

  it.each(rooms)('are all in it: %s', (room) => {
    const known = new Set(ORDER[room]?.flat())
    const found = new Set(sourceFiles().flatMap((file) => roomOf(room, file) ?? []))
    expect([...found].filter((name) => !known.has(name))).toEqual([])
  })
})

/** Of a file or folder directly in a room: its name. */
const roomOf = (room: string, file: string): string | undefined => {
  const inside = posix.relative(room, file)
  return inside.startsWith('..') || !file.endsWith('.ts') ? undefined : inside.split('/')[0]
}

const lookingBack = (room: string, file: string, imported: string): ReadonlyArray<string> => {
  const [from, to] = [roomOf(room, file), roomOf(room, imported)]
  if (from === undefined || to === undefined || from === to) return []
  const row = (name: string) => (ORDER[room] ?? []).findIndex((names) => names.includes(name))
  return row(to) < row(from) ? [] : [`${file} must not import ${imported}`]
}
