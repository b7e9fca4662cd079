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

export interface Recorded extends Proposed {
  readonly stream: string
  readonly revision: number
  /** Where the record begins in the log. Commit and prepare position are the same, as in one write of the server. */
  readonly position: number
  readonly created: Date
}

export type Written =
  | { readonly _tag: 'appended'; readonly revision: number; readonly position: number }
  | { readonly _tag: 'wrong-expected'; readonly current: number | 'no_stream' }

export class Log {
  readonly all: Recorded[] = []
  private readonly streams = new Map<string, Recorded[]>()
  private readonly remembered = new Map<string, Recorded>()
  private waiting: Array<() => void> = []
  // The server begins its log with an epoch record, which is no event.
  private end = 264

  constructor() {
    this.record('$$$users', [systemEvent('$metadata', { $tb: 0 })])
    this.record('$users', [systemEvent('$User', 'admin'), systemEvent('$User', 'ops')])
    this.record('$epoch-information', [systemEvent('$epoch-information', { epochNumber: 0 })])
  }

  stream(name: string): ReadonlyArray<Recorded> {
    return this.streams.get(name) ?? []
  }

  append(name: string, expected: Expected, events: ReadonlyArray<Proposed>): Written {
    const stream = this.stream(name)
    const current = stream.length - 1
    const refused: Written = { _tag: 'wrong-expected', current: current === -1 ? 'no_stream' : current }
    if (expected === 'stream_exists' && current === -1) return refused
    const standing = this.alreadyThere(stream, expected, events)
    if (standing === 'corrupted') return refused
    if (standing !== undefined) return { _tag: 'appended', revision: standing.revision, position: standing.position }
    if (expected === 'no_stream' && current !== -1) return refused
    if (typeof expected === 'number' && expected !== current) return refused
    const last = this.record(name, events)
    this.project(name, last)
    return { _tag: 'appended', revision: last.revision, position: last.position }
  }

  /** Takes the first events of a stream away, as `$tb` or `$maxCount` do; to be read only, from then on. */
  truncate(name: string, before: number): void {
    this.streams.get(name)?.splice(0, before)
  }

  /** Resolves as soon as more than `length` events are in the log. */
  grown(length: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.all.length > length) resolve()
      else this.waiting.push(resolve)
    })
  }

  /** The last of exactly these events, where they already stand; `corrupted` where only some of them do. */
  private alreadyThere(
    stream: ReadonlyArray<Recorded>,
    expected: Expected,
    events: ReadonlyArray<Proposed>,
  ): Recorded | 'corrupted' | undefined {
    const first = expected === 'no_stream' ? 0 : typeof expected === 'number' ? expected + 1 : undefined
    const found = events.map(({ id }, index) => {
      if (first !== undefined) return stream[first + index]?.id === id ? stream[first + index] : undefined
      const known = this.remembered.get(id)
      return known !== undefined && stream[known.revision] === known ? known : undefined
    })
    if (found[0] === undefined) return undefined
    return found.includes(undefined) ? 'corrupted' : found.at(-1)
  }

  private record(name: string, events: ReadonlyArray<Proposed>): Recorded {
    const stream = this.streams.get(name) ?? []
    this.streams.set(name, stream)
    for (const event of events) {
      const recorded = { ...event, stream: name, revision: stream.length, position: this.end, created: new Date() }
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
  private project(name: string, last: Recorded): void {
    const category = name.slice(0, name.indexOf('-'))
    if (category.startsWith('$') || !name.includes('-')) return
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
