/** Pages that two read, one after the other. */

export interface ReadOn<A> {
  /** The pages, until whoever reads them stops. */
  readonly begin: () => AsyncIterable<A>
  /** The page at which he stopped, and those behind it; ends the reading when it is left. */
  readonly goOn: () => AsyncIterable<A>
  readonly close: () => Promise<void>
}

export const readOn = <A>(pages: AsyncIterable<A>): ReadOn<A> => {
  const iterator = pages[Symbol.asyncIterator]()
  let stoppedAt: ReadonlyArray<A> = []
  const close = async (): Promise<void> => {
    await iterator.return?.()
  }
  async function* begin(): AsyncGenerator<A> {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      stoppedAt = [next.value]
      yield next.value
    }
    stoppedAt = []
  }
  async function* goOn(): AsyncGenerator<A> {
    try {
      yield* stoppedAt
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    } finally {
      await close()
    }
  }
  return { begin, goOn, close }
}
