/** Items of which a `return` wakes the one that is waited for: a generator that waits takes none. */
export const wakeable = <A>(items: (over: AbortController) => AsyncGenerator<A>): AsyncIterator<A> => {
  const over = new AbortController()
  const each = items(over)
  return {
    next: () => each.next(),
    return: () => {
      over.abort()
      return each.return(undefined)
    },
  }
}
