/**
 * The log of the stand-in server: streams, their revision checks, and the order of all events. The rules
 * are those of the server's index writer (EventStoreDB 23.10 to KurrentDB 26.1): an expected number or
 * `no_stream` is checked for idempotence against the stream itself, `any` and `stream_exists` only against
 * what this process remembers.
 */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | number

export interface Proposed {
  readonly id: string
  readonly type: string
  readonly json: boolean
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

export interface RecordedBy extends Proposed {
  readonly stream: string
  readonly revision: number
  /** Where the record begins in the log. Commit and prepare position are the same, as in one write of the server. */
  readonly position: number
  readonly created: Date
}

export type Written =
  | { readonly _tag: 'appended'; readonly revision: number; readonly position: number }
  | { readonly _tag: 'wrong-expected'; readonly current: number | 'no_stream' }
  | { readonly _tag: 'tombstoned' }

/** The settings of a stream that hide events from its readers; the server keeps them in `$$` and its name. */
export interface Limits {
  readonly $tb?: number
  readonly $maxCount?: number
  /** In seconds. */
  readonly $maxAge?: number
}

/** 2^63 - 1: the `$tb` of a stream that was soft-deleted, and the revision of a tombstone. */
const LAST = 2 ** 63

export class Log {
  readonly all: RecordedBy[] = []
  private readonly streams = new Map<string, RecordedBy[]>()
  private readonly remembered = new Map<string, RecordedBy>()
  private waiting: Array<() => void> = []
  // The server begins its log with an epoch record, which is no event.
  private end = 264

  constructor() {
    this.record('$$$users', [systemEvent('$metadata', { $tb: 0 })])
    this.record('$users', [systemEvent('$User', 'admin'), systemEvent('$User', 'ops')])
    this.record('$epoch-information', [systemEvent('$epoch-information', { epochNumber: 0 })])
  }

  /** What is kept of a stream, hidden or not. */
  stream(name: string): ReadonlyArray<RecordedBy> {
    return this.streams.get(name) ?? []
  }

  /** What a reader of the stream is told. */
  shown(name: string): 'no_stream' | 'tombstoned' | ReadonlyArray<RecordedBy> {
    const stream = this.stream(name)
    const last = this.last(name)
    if (last === LAST) return 'tombstoned'
    const { $tb = 0, $maxCount = Number.POSITIVE_INFINITY, $maxAge = Number.POSITIVE_INFINITY } = this.limits(name)
    if (last === -1 || $tb >= LAST) return 'no_stream'
    const [first, oldest] = [Math.max($tb, last + 1 - $maxCount), Date.now() - 1000 * $maxAge]
    return stream.filter(({ revision, created }) => revision >= first && created.getTime() >= oldest)
  }

  append(name: string, expected: Expected, events: ReadonlyArray<Proposed>): Written {
    const stream = this.stream(name)
    const current = this.last(name)
    if (current === LAST) return { _tag: 'tombstoned' }
    const isSoftDeleted = (this.limits(name).$tb ?? 0) >= LAST
    const refused: Written = { _tag: 'wrong-expected', current: current === -1 ? 'no_stream' : current }
    if (expected === 'stream_exists' && current === -1) return refused
    const liveNumbers = this.alreadyThere(stream, expected, events)
    if (liveNumbers === 'corrupted') return refused
    if (liveNumbers !== undefined)
      return { _tag: 'appended', revision: liveNumbers.revision, position: liveNumbers.position }
    if (expected === 'no_stream' && current !== -1 && !isSoftDeleted) return refused
    if (typeof expected === 'number' && expected !== current) return refused
    // A stream that was soft-deleted goes on with its numbers, and shows what comes from now on.
    if (isSoftDeleted) this.limit(name, { $tb: current + 1 })
    const last = this.record(name, events)
    this.project(name, last)
    return { _tag: 'appended', revision: last.revision, position: last.position }
  }

  /** Writes the metadata of a stream, as an administrator does. */
  limit(name: string, limits: Limits & { readonly $acl?: unknown }): void {
    this.record(`$$${name}`, [systemEvent('$metadata', limits)])
  }

  softDelete(name: string): void {
    this.limit(name, { $tb: LAST })
  }

  tombstone(name: string): void {
    this.record(name, [{ ...systemEvent('$streamDeleted', ''), json: false, data: Buffer.alloc(0) }], LAST)
  }

  /** Takes away for good what readers are not shown; the last event of a stream stays, for its number. */
  scavenge(): void {
    for (const [name, stream] of this.streams) {
      if (name.startsWith('$')) continue
      const shown = this.shown(name)
      const kept = stream.filter(
        (event, at) => at === stream.length - 1 || (Array.isArray(shown) && shown.includes(event)),
      )
      for (const event of stream) if (!kept.includes(event)) this.all.splice(this.all.indexOf(event), 1)
      this.streams.set(name, kept)
    }
  }

  /** Resolves as soon as more than `length` events are in the log. */
  grownCapacity(length: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.all.length > length) resolve()
      else this.waiting.push(resolve)
    })
  }

  /** The last of exactly these events, where they already stand; `corrupted` where only some of them do. */
  private alreadyThere(
    stream: ReadonlyArray<RecordedBy>,
    expected: Expected,
    events: ReadonlyArray<Proposed>,
  ): RecordedBy | 'corrupted' | undefined {
    const first = expected === 'no_stream' ? 0 : typeof expected === 'number' ? expected + 1 : undefined
    const found = events.map(({ id }, index) => {
      const known =
        first === undefined ? this.remembered.get(id) : stream.find(({ revision }) => revision === first + index)
      return known !== undefined && known.id === id && stream.includes(known) ? known : undefined
    })
    if (found[0] === undefined) return undefined
    return found.includes(undefined) ? 'corrupted' : found.at(-1)
  }

  /** Of the last event of a stream; -1 for none. */
  private last(name: string): number {
    return this.stream(name).at(-1)?.revision ?? -1
  }

  private limits(name: string): Limits {
    const metadata = this.stream(`$$${name}`).at(-1)
    return metadata === undefined ? {} : JSON.parse(Buffer.from(metadata.data).toString())
  }

  private record(name: string, events: ReadonlyArray<Proposed>, first = this.last(name) + 1): RecordedBy {
    const stream = this.streams.get(name) ?? []
    this.streams.set(name, stream)
    for (const [at, event] of events.entries()) {
      const recorded = { ...event, stream: name, revision: first + at, position: this.end, created: new Date() }
      stream.push(recorded)
      this.all.push(recorded)
      this.remembered.set(event.id, recorded)
      this.end += 120 + name.length + 2 * event.type.length + event.data.length + event.metadata.length
    }
    const waiting = this.waiting
    this.waiting = []
    for (const wake of waiting) wake()
    const last = stream.at(-1)
    if (last === undefined) throw new Error('an append without events')
    return last
  }

  /** What the system projection `$by_category` does: a link for every write, behind it in the log. */
  private project(name: string, last: RecordedBy): void {
    const category = name.slice(0, name.indexOf('-'))
    if (name.startsWith('$') || !name.includes('-')) return
    const link = Buffer.from(`${last.revision}@${name}`)
    this.record(`$ce-${category}`, [{ ...systemEvent('$>', ''), json: false, data: link }])
  }
}

let systemEvents = 0

const systemEvent = (type: string, data: unknown): Proposed => {
  systemEvents += 1
  return {
    id: `00000000-0000-4000-8000-${systemEvents.toString(16).padStart(12, '0')}`,
    type,
    json: true,
    data: Buffer.from(JSON.stringify(data)),
    metadata: Buffer.alloc(0),
  }
}
