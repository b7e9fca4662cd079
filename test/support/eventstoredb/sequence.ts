/** All events of a log, in order. A run of others' events, of which a test may want a million, costs nothing until it is read. */
interface Placed {
  readonly position: number
}

interface Part<E> {
  /** The index and the position of its first event. */
  readonly first: number
  readonly position: number
  readonly events: E[] | Run<E>
}

/** So many events of one size, made when they are asked for. */
export interface Run<E> {
  readonly length: number
  readonly size: number
  readonly make: (offset: number, position: number) => E
}

export class Sequence<E extends Placed> {
  private parts: Part<E>[] = []
  length = 0

  at(index: number): E | undefined {
    const part = this.partOf(index)
    if (part === undefined || index >= this.length) return undefined
    const offset = index - part.first
    if (Array.isArray(part.events)) return part.events[offset]
    return part.events.make(offset, part.position + offset * part.events.size)
  }

  push(event: E): void {
    const last = this.parts.at(-1)
    if (last !== undefined && Array.isArray(last.events)) last.events.push(event)
    else this.parts.push({ first: this.length, position: event.position, events: [event] })
    this.length += 1
  }

  pushRun(run: Run<E>, position: number): void {
    this.parts.push({ first: this.length, position, events: run })
    this.length += run.length
  }

  /** Of the first event at a position or behind it; the length where there is none. */
  indexFrom(position: number): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.positionAt(middle) < position) low = middle + 1
      else high = middle
    }
    return low
  }

  positionAt(index: number): number {
    const part = this.partOf(index)
    if (part === undefined || index >= this.length) return Number.POSITIVE_INFINITY
    const offset = index - part.first
    if (Array.isArray(part.events)) return part.events[offset]?.position ?? Number.POSITIVE_INFINITY
    return part.position + offset * part.events.size
  }

  /** Takes events out of it. */
  remove(events: ReadonlySet<E>): void {
    const parts = this.parts
    this.parts = []
    this.length = 0
    for (const { position, events: kept } of parts) {
      if (!Array.isArray(kept)) this.pushRun(kept, position)
      else for (const event of kept) if (!events.has(event)) this.push(event)
    }
  }

  private partOf(index: number): Part<E> | undefined {
    let [low, high] = [0, this.parts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.parts[middle]?.first ?? 0) <= index) low = middle + 1
      else high = middle
    }
    return this.parts[low - 1]
  }
}
