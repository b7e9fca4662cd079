/** Work that waits for what is queued, and for each other; `over` is there while somebody is to wait for it. */
export const oneByOne = (empty: () => Promise<void>, whenOver: () => void) => {
  let last: Promise<void> | undefined
  return {
    over: () => last,
    run: <A>(work: () => Promise<A>): Promise<A> => {
      const mine = (last ?? Promise.resolve()).then(empty).then(work)
      const over = mine.then(ignore, ignore).then(() => {
        if (last === over) last = undefined
        whenOver()
      })
      last = over
      return mine
    },
  }
}

const ignore = (): void => undefined
