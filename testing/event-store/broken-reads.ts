/** Event stores that do not give back what was appended. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import { EventStoreError, type StoredEvent, toPosition, toRevision } from '../../domain/ports/event-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import { parseJson } from '../../domain/values/json.js'
import { type EventStoreFault, mapped, type Pages } from './fault.js'
import { standingAt } from './world.js'

export const brokenReads: Readonly<Record<string, EventStoreFault>> = {
  'forgets everything': {
    of: () => ({
      append: () => TE.right({ revision: toRevision(0), position: toPosition(1) }),
      readStream: nothing,
      readAll: nothing,
    }),
    noticedBy: ['gives back what was appended, where it stands', 'keeps every character of data and metadata'],
  },
  'takes whatever id it is given': {
    of: ({ setLedgerId, ledgerId }) => ({
      setLedgerId: (id) => TE.chain((now: LedgerId | undefined) => setLedgerId(id, now))(ledgerId()),
    }),
    noticedBy: ['holds the id of its ledger, which only who knows it replaces'],
  },
  'parses the texts and writes them again': {
    of: ({ readStream }) => ({
      readStream: (stream, after) =>
        mapped(readStream(stream, after), (event) => ({ ...event, data: JSON.stringify(parseJson(event.data)) })),
    }),
    noticedBy: ['keeps every character of data and metadata'],
  },
  'normalises stream names': {
    of: ({ append, readStream }) => ({
      append: (stream, expected, events) => append(stream.normalize('NFC'), expected, events),
      readStream: (stream, after) => readStream(stream.normalize('NFC'), after),
    }),
    noticedBy: ['keeps streams apart whose names look alike'],
  },
  'rejects the read of a missing stream': {
    of: ({ readStream }) => ({
      readStream: async function* (stream, after) {
        let found = false
        for await (const page of readStream(stream, 'none')) {
          found = true
          if (after === 'none') yield page
        }
        if (!found) throw new EventStoreError('unavailable', 'no such stream')
        if (after !== 'none') yield* readStream(stream, after)
      },
    }),
    noticedBy: ['reads a missing stream as an empty one'],
  },
  'reads from a revision instead of after it': {
    of: ({ readStream }) => ({
      readStream: (stream, after) =>
        readStream(stream, standingAt(after === 0 || after === 'none' ? 'none' : after - 1)),
    }),
    noticedBy: [
      'reads a stream after a revision, exclusively',
      'reads what is long in pages, without a gap or a repetition',
    ],
  },
  'reads and subscribes from a position instead of after it': {
    of: ({ readAll, subscribe }) => ({
      readAll: (after) => readAll(toPosition(after - 1)),
      subscribe: (after, signal) => subscribe(toPosition(after - 1), signal),
    }),
    noticedBy: [
      'reads all streams in the order of the appends, after a position, exclusively',
      'subscribes after a position, exclusively',
    ],
  },
  'leaves gaps between the events of one append': {
    of: ({ readAll }) => ({
      readAll: (after) => mapped(readAll(after), (event) => ({ ...event, position: toPosition(2 * event.position) })),
    }),
    noticedBy: ['numbers the events of one append one after another, where it says so'],
  },
  'reads stream by stream': {
    of: ({ readAll }) => ({
      readAll: async function* (after) {
        const events: StoredEvent[] = []
        for await (const page of readAll(after)) events.push(...page)
        if (events.length > 0) yield events.sort((one, other) => (one.stream < other.stream ? -1 : 1))
      },
    }),
    noticedBy: ['reads all streams in the order of the appends, after a position, exclusively'],
  },
  'counts positions from zero': {
    of: ({ readAll }) => ({
      readAll: (after) => mapped(readAll(after), (event) => ({ ...event, position: toPosition(event.position - 1) })),
    }),
    noticedBy: ['numbers positions above the origin and upwards'],
  },
  'reads one page': {
    of: ({ readAll, readStream }) => ({
      readAll: (after) => firstPage(readAll(after)),
      readStream: (stream, after) => firstPage(readStream(stream, after)),
    }),
    noticedBy: ['reads what is long in pages, without a gap or a repetition'],
  },
  'reads on when the reader stops': {
    of: ({ readAll }) => ({
      readAll: (after) => {
        const pages = readAll(after)[Symbol.asyncIterator]()
        const next = () => pages.next()
        return { [Symbol.asyncIterator]: () => ({ next, return: () => new Promise(() => undefined) }) }
      },
    }),
    noticedBy: ['lets a reader stop after the first page'],
  },
}

async function* nothing(): Pages {}

async function* firstPage(pages: Pages): Pages {
  for await (const page of pages) {
    yield page
    return
  }
}
