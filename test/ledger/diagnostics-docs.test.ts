/** docs/watch-a-ledger.md names every channel, every member of a message, and every event of the logger. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LOG_EVENTS } from '../../domain/ports/logger.js'
import { type ChannelMessages, channels, type Watched } from '../../index.js'

const page = readFileSync(new URL('../../docs/watch-a-ledger.md', import.meta.url), 'utf8')

type Own<M> = Readonly<Record<Exclude<keyof M, keyof Watched>, 'start' | 'end'>>

/** Each member of each message, and from when on it is there: the type checker misses one that is left out. */
const MEMBERS: { readonly [N in keyof ChannelMessages]: Own<ChannelMessages[N]> } = {
  call: { method: 'start' },
  command: {
    type: 'start',
    category: 'end',
    outcome: 'end',
    attempts: 'end',
    steps: 'end',
    events: 'end',
    position: 'end',
  },
  append: { category: 'start', events: 'start', bytes: 'start', position: 'end' },
  read: { of: 'start', category: 'start', events: 'end', pages: 'end' },
  catchUp: { readModels: 'start', cause: 'start', from: 'start', to: 'start', events: 'end' },
  snapshot: { operation: 'start', of: 'start', found: 'end' },
  file: { operation: 'start', kind: 'start', bytes: 'end' },
}

const rowsOf = (part: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...part.matchAll(/^\| `(\w+)` \| (end)? ?\|/gm)].map(([, name = '', end]) => [name, end ?? 'start']),
  )

describe('the page on watching', () => {
  it('has a part for every channel, and none for another', () => {
    const named = [...page.matchAll(/^### `(model-ledger:[\w-]+)`$/gm)].map(([, name]) => name)
    expect(named).toEqual(Object.values(channels))
  })

  it.each(Object.entries(channels))('names every member of a message: %s', (name, channel) => {
    const [, part = ''] = page.split(`### \`${channel}\``)
    expect(rowsOf(part.split('\n##')[0] ?? '')).toEqual(Object.entries(MEMBERS).find(([each]) => each === name)?.[1])
  })

  it('names what is in every message', () => {
    const common: Readonly<Record<keyof Watched, 'start' | 'end'>> = { ledger: 'start', duration: 'end', error: 'end' }
    expect(rowsOf(page.split('\n### ')[0] ?? '')).toEqual(common)
  })

  it('names every event of the logger, its level, and whether it is a warning', () => {
    const rows = [...page.matchAll(/^\| `([\w-]+)` \| (\w+) \| (–|warning) \|/gm)]
    const told = rows.map(([, event = '', level, warning]) => [event, { level, warns: warning === 'warning' }])
    expect(Object.fromEntries(told)).toEqual(LOG_EVENTS)
  })
})
