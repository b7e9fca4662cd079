/**
 * The log of the stand-in server: streams, their revision checks, deletion, and the order of all events. The
 * rules are those of the server's index writer (EventStoreDB 23.10 to KurrentDB 26.1): an expected number or
 * `no_stream` is checked for idempotence against the stream itself, `any` and `stream_exists` only against
 * what this process remembers.
 */
import { Sequence } from './sequence.js'

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

/** 2^63 - 1, for which a number has no place: the `$tb` of a stream that was soft-deleted, and the revision of a tombstone. */
export const LAST = 2 ** 63
export const LAST_AS_TEXT = '9223372036854775807'

export class Log {
  readonly all = new Sequence<RecordedBy>()
  private readonly streams = new Map<string, RecordedBy[]>()
  private readonly remembered = new Map<string, RecordedBy>()
  /** Where events began that a scavenge took: the server still knows such a place. */
  private readonly scavenged = new Set<number>()
  private waiting: Array<() => void> = []
  // The server begins its log with an epoch record, which is no event.
  private end = 264
  /** So many events of it may be read: those that a majority of the nodes has. */
  private replicated = 0
  /** The last leadership that this node knows of. Of two logs that differ, the one of the later wins. */
  epoch = 0
  /** Told of every event that is written here, as a leader tells its followers. Unless there is one, all may be read at once. */
  onRecorded: ((events: ReadonlyArray<RecordedBy>) => void) | undefined

  /** @param from takes over so many events of another log, instead of those of a new server */
  constructor(from?: { readonly log: Log; readonly count: number }) {
    if (from !== undefined) {
      for (let index = 0; index < from.count; index++) {
        const event = from.log.all.at(index)
        if (event !== undefined) this.take([event])
      }
      this.replicated = Math.min(from.count, from.log.readable)
      this.epoch = from.log.epoch
      return
    }
    this.record('$$$users', [systemEvent('$metadata', '{"$tb":0}')])
    this.record('$users', [systemEvent('$User', '"admin"'), systemEvent('$User', '"ops"')])
    this.begin(0)
  }

  /** So many events of it may be read. */
  get readable(): number {
    return this.replicated
  }

  set readable(count: number) {
    this.replicated = Math.max(this.replicated, Math.min(count, this.all.length))
    const waiting = this.waiting
    this.waiting = []
    for (const wake of waiting) wake()
  }

  /** How many events this log and another begin with. */
  inCommon({ all }: Log): number {
    let count = Math.min(this.all.length, all.length)
    const differs = (one = this.all.at(count - 1), other = all.at(count - 1)): boolean =>
      one?.id !== other?.id || one?.position !== other?.position
    while (count > 0 && differs()) count -= 1
    return count
  }

  /** A new leader begins with an event of the server. */
  begin(epoch: number): void {
    this.epoch = epoch
    this.record('$epoch-information', [systemEvent('$epoch-information', `{"epochNumber":${epoch}}`)])
  }

  /** Takes over what another node wrote. */
  take(events: ReadonlyArray<RecordedBy>): void {
    for (const event of events) {
      const stream = this.streams.get(event.stream)
      if (stream === undefined) this.streams.set(event.stream, [event])
      else stream.push(event)
      this.all.push(event)
      this.remembered.set(event.id, event)
      this.end = event.position + sizeOf(event.stream, event)
    }
  }

  /** What is kept of a stream, hidden or not. */
  stream(name: string): ReadonlyArray<RecordedBy> {
    return this.streams.get(name) ?? []
  }

  /** What a reader of the stream is told. */
  shown(name: string): 'no_stream' | 'tombstoned' | ReadonlyArray<RecordedBy> {
    const end = this.readableEnd()
    const all = this.stream(name).filter(({ position }) => position < end)
    const last = this.last(name) === LAST ? LAST : (all.at(-1)?.revision ?? -1)
    if (last === LAST) return 'tombstoned'
    const limits = this.limits(name)
    const { $tb = 0, $maxCount = Number.POSITIVE_INFINITY, $maxAge = Number.POSITIVE_INFINITY } = limits
    if (last === -1 || $tb >= LAST) return 'no_stream'
    const [first, oldest] = [Math.max($tb, last + 1 - $maxCount), Date.now() - 1000 * $maxAge]
    return all.filter(({ revision, created }) => revision >= first && created.getTime() >= oldest)
  }

  append(name: string, expected: Expected, events: ReadonlyArray<Proposed>): Written {
    const checked = this.check(name, expected, events)
    if (checked !== 'ok') return checked
    const current = this.last(name)
    const last = this.record(name, events)
    // A stream that was soft-deleted goes on with its numbers, and shows what comes from now on.
    if (this.isSoftDeleted(name)) this.undelete(name, current + 1)
    // So it does when somebody writes its metadata, whatever they say: what was deleted stays hidden.
    const original = name.startsWith('$$') ? name.slice(2) : undefined
    if (original !== undefined && this.wasSoftDeleted(name)) this.undelete(original, this.last(original) + 1)
    this.project(name, last)
    return written(last)
  }

  /** Writes the metadata of a stream, as an administrator does. */
  limit(name: string, limits: Limits & { readonly $acl?: unknown }): Written {
    return this.append(`$$${name}`, 'any', [systemEvent('$metadata', JSON.stringify(limits))])
  }

  softDelete(name: string, expected: Expected = 'any'): Written {
    const event = systemEvent('$metadata', `{"$tb":${LAST_AS_TEXT}}`)
    const checked = this.check(name, expected, [event])
    if (checked !== 'ok') return checked
    if (this.last(name) === -1 && this.last(`$$${name}`) === -1) return { _tag: 'wrong-expected', current: 'no_stream' }
    return written(this.record(`$$${name}`, [event]))
  }

  tombstone(name: string, expected: Expected = 'any'): Written {
    const event = { ...systemEvent('$streamDeleted', ''), json: false }
    const checked = this.check(name, expected, [event])
    return checked === 'ok' ? written(this.record(name, [event], LAST)) : checked
  }

  /** Takes away for good what readers are not shown; the last event of a stream stays, for its number. */
  scavenge(): void {
    const gone = new Set<RecordedBy>()
    for (const [name, stream] of this.streams) {
      if (name.startsWith('$')) continue
      const shown = this.shown(name)
      const kept = new Set(Array.isArray(shown) ? shown : [])
      for (const event of stream.slice(0, -1)) if (!kept.has(event)) gone.add(event)
      this.streams.set(
        name,
        stream.filter((event) => !gone.has(event)),
      )
    }
    this.all.remove(gone)
    this.replicated -= gone.size
    for (const { position } of gone) this.scavenged.add(position)
  }

  /** So many events of somebody else, of `bytes` data each, that can be read in `$all` only. A million of them cost nothing. */
  others(count: number, bytes = 1, stream = 'elsewhere-1'): void {
    const shared = { ...systemEvent('Elsewhere', ''), data: Buffer.alloc(bytes), created: new Date() }
    const { id, type, data, metadata, created } = shared
    const make = (revision: number, position: number): RecordedBy =>
      // Written out, as a spread takes three times as long, a million times.
      ({ id, type, json: false, data, metadata, stream, revision, position, created })
    const size = sizeOf(stream, shared)
    this.all.pushRun({ length: count, size, make }, this.end)
    this.end += count * size
    this.readable = this.all.length
  }

  /** Whether the server takes it for a place in the log: where a record begins, or its end. */
  isPlace(position: number): boolean {
    const index = this.all.indexFrom(position)
    return (
      position === 0 || this.all.positionAt(index) === position || this.scavenged.has(position) || position === this.end
    )
  }

  /** Whether it is behind the last record: the server takes that for the end, as long as it reads forwards. */
  isBeyond(position: number): boolean {
    return position > this.end
  }

  /** Resolves as soon as more than so many events may be read. */
  grown(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.readable > count) resolve()
      else this.waiting.push(resolve)
    })
  }

  /** Whether the event at this position may be read. */
  isTold(position: number): boolean {
    return position < this.readableEnd()
  }

  /** Resolves as soon as it may. */
  async told(position: number): Promise<void> {
    while (!this.isTold(position)) await this.grown(this.readable)
  }

  private check(name: string, expected: Expected, events: ReadonlyArray<Proposed>): Written | 'ok' {
    const current = this.last(name)
    if (current === LAST) return { _tag: 'tombstoned' }
    const refused: Written = { _tag: 'wrong-expected', current: current === -1 ? 'no_stream' : current }
    if (expected === 'stream_exists' && current === -1) return refused
    const before = this.alreadyThere(name, expected, events)
    if (before === 'corrupted') return refused
    if (before !== undefined) return written(before)
    if (expected === 'no_stream' && current !== -1 && !this.isSoftDeleted(name)) return refused
    return typeof expected === 'number' && expected !== current ? refused : 'ok'
  }

  /** The last of exactly these events, where they already stand; `corrupted` where only some of them do. */
  private alreadyThere(
    name: string,
    expected: Expected,
    events: ReadonlyArray<Proposed>,
  ): RecordedBy | 'corrupted' | undefined {
    const first = expected === 'no_stream' ? 0 : typeof expected === 'number' ? expected + 1 : undefined
    const found = events.map(({ id }, index) => {
      const remembered = this.remembered.get(id)
      const known = this.event(name, first === undefined ? (remembered?.revision ?? -1) : first + index)
      return known?.id === id ? known : undefined
    })
    if (found[0] === undefined) return undefined
    return found.includes(undefined) ? 'corrupted' : found.at(-1)
  }

  private event(name: string, revision: number): RecordedBy | undefined {
    const stream = this.stream(name)
    const direct = stream[revision]
    if (revision > (stream.at(-1)?.revision ?? -1)) return undefined
    return direct?.revision === revision ? direct : stream.find((event) => event.revision === revision)
  }

  /** Of the last event of a stream; -1 for none. The metadata of a stream with a tombstone are deleted with it. */
  private last(name: string): number {
    const original = name.startsWith('$$') ? this.stream(name.slice(2)).at(-1)?.revision : undefined
    return original === LAST ? LAST : (this.stream(name).at(-1)?.revision ?? -1)
  }

  private limits(name: string, back = 1): Limits {
    const metadata = this.stream(`$$${name}`).at(-back)
    return metadata === undefined ? {} : JSON.parse(Buffer.from(metadata.data).toString())
  }

  private isSoftDeleted(name: string): boolean {
    return (this.limits(name).$tb ?? 0) >= LAST
  }

  /** Of a stream of metadata: whether those before the last said so. */
  private wasSoftDeleted(metadata: string): boolean {
    return (this.limits(metadata.slice(2), 2).$tb ?? 0) >= LAST
  }

  private undelete(name: string, from: number): void {
    this.record(`$$${name}`, [systemEvent('$metadata', JSON.stringify({ ...this.limits(name), $tb: from }))])
  }

  private record(name: string, events: ReadonlyArray<Proposed>, first = this.last(name) + 1): RecordedBy {
    const recorded: RecordedBy[] = []
    let position = this.end
    for (const [at, event] of events.entries()) {
      recorded.push({ ...event, stream: name, revision: first + at, position, created: new Date() })
      position += sizeOf(name, event)
    }
    this.take(recorded)
    if (this.onRecorded === undefined) this.readable = this.all.length
    else this.onRecorded(recorded)
    const last = recorded.at(-1)
    if (last === undefined) throw new Error('an append without events')
    return last
  }

  /** Where the first event begins that may not be read yet. */
  private readableEnd(): number {
    return this.all.positionAt(this.readable)
  }

  /** What the system projection `$by_category` does: a link for every write, behind it in the log. */
  private project(name: string, last: RecordedBy): void {
    const category = name.slice(0, name.indexOf('-'))
    if (name.startsWith('$') || !name.includes('-')) return
    this.record(`$ce-${category}`, [{ ...systemEvent('$>', `${last.revision}@${name}`), json: false }])
  }
}

const written = ({ revision, position }: RecordedBy): Written => ({ _tag: 'appended', revision, position })

/** What a record takes in the log. */
const sizeOf = (stream: string, { type, data, metadata }: Omit<Proposed, 'id' | 'json'>): number =>
  120 + stream.length + 2 * type.length + data.length + metadata.length

let systemEvents = 0

const systemEvent = (type: string, data: string): Proposed => {
  systemEvents += 1
  return {
    id: `00000000-0000-4000-8000-${systemEvents.toString(16).padStart(12, '0')}`,
    type,
    json: true,
    data: Buffer.from(data),
    metadata: Buffer.alloc(0),
  }
}
