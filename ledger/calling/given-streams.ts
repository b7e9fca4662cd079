/**
 * Streams that a caller gives to a method. A stream of Node's that fails while nobody listens ends the process, so each
 * is listened to from the moment it is given; and it is let go when the call ends, however that is.
 */

/** The answer of a call, after which the streams that it was given are let go. */
export const lettingGo = <A>(streams: ReadonlyArray<object>, answer: Promise<A>): Promise<A> =>
  answer.finally(() => {
    for (const stream of streams) letGo(stream)
  })

/** What streams failed with while they were listened to. */
const failures = new WeakMap<object, unknown>()
const listened = new WeakSet<object>()

/** How far below the arguments a stream is looked for: `[{ content: [{ stream }] }]`, and one more. */
const DEEPEST = 5

/** The streams among the arguments of a method, wherever they stand: a call that is refused lets go of them, too. */
export const listenedTo = (given: ReadonlyArray<unknown>): ReadonlyArray<object> => {
  const streams = streamsIn(given, DEEPEST)
  for (const stream of streams) {
    if (listened.has(stream) || typeof memberOf(stream, 'on') !== 'function') continue
    listened.add(stream)
    void call(stream, 'on', 'error', (cause: unknown) => failures.set(stream, cause))
  }
  return streams
}

/** Streams that were read, or let go: they give what they have once. */
const spent = new WeakSet<object>()
const isOnce = (stream: object): boolean =>
  ['on', 'getReader', 'next'].some((name) => typeof memberOf(stream, name) === 'function')

/** Why a stream cannot be read, if so: one that failed before, or was read, would read as if it were empty. */
export const failureOf = (stream: object): { readonly cause: unknown } | undefined => {
  if (failures.has(stream)) return { cause: failures.get(stream) }
  const isOver = ['readableEnded', 'destroyed'].some((state) => memberOf(stream, state) === true)
  return isOver || spent.has(stream)
    ? { cause: memberOf(stream, 'errored') ?? new Error('it was read or ended before: give it anew') }
    : undefined
}

/** Tells a stream that no more is wanted of it: Node's, the web's, or one that is iterated. Nobody waits for it. */
export const letGo = (stream: object): void => {
  if (isOnce(stream)) spent.add(stream)
  const ends = isRequest(stream) ? ['resume'] : ['destroy', 'cancel', 'return']
  const end = ends.find((name) => typeof memberOf(stream, name) === 'function')
  if (end !== undefined) void call(stream, end)
}

/** A stream that cannot be told, because somebody else reads it for instance, has no bearing on the call. */
const call = async (stream: object, name: string, ...given: ReadonlyArray<unknown>): Promise<void> => {
  const method: unknown = Reflect.get(stream, name)
  if (typeof method !== 'function') return
  try {
    await Reflect.apply(method, stream, given)
  } catch {}
}

/**
 * What a stream is read by. A request that a server got cannot be destroyed without its connection, on which the caller
 * means to answer: not when its reading breaks off, and what is left of it flows away when it is let go.
 */
export const readFrom = <A>(stream: AsyncIterable<A>): AsyncIterable<A> => {
  if (isOnce(stream)) spent.add(stream)
  return isRequest<A>(stream) ? stream.iterator({ destroyOnReturn: false }) : stream
}

interface Request<A> {
  readonly iterator: (options: { readonly destroyOnReturn: boolean }) => AsyncIterable<A>
}
/** Of Node's `http` or `http2`; an answer that a client got has a status instead of a method. */
const isRequest = <A>(stream: object): stream is Request<A> =>
  typeof memberOf(stream, 'httpVersion') === 'string' &&
  typeof memberOf(stream, 'method') === 'string' &&
  typeof memberOf(stream, 'iterator') === 'function'

const streamsIn = (value: unknown, depth: number): ReadonlyArray<object> => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  try {
    if (isStream(value)) return [value]
    return depth === 0 ? [] : Object.values(value).flatMap((member) => streamsIn(member, depth - 1))
  } catch {
    // It cannot be looked into: no codec lets it pass.
    return []
  }
}

const isStream = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
