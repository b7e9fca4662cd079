/**
 * The commands of one stream in this process, in the order in which they were given. Each has its turn when all
 * before it are answered or on their way to the store. What is on its way is written as a whole or not at all; if
 * not, it is first again, in the same order, and those that came after it wait.
 */
export interface Place {
  /** Runs alone among the commands of the stream, when this one is first. */
  readonly inTurn: <A>(work: () => Promise<A>) => Promise<A>
  /** False, in its own turn, where one before it is no longer on its way. */
  readonly isFirst: () => boolean
  /** The events of the first one are on their way. */
  readonly sent: () => void
  /** The command is answered. */
  readonly leave: () => void
}

/** The lines of all streams that have commands now. */
export const streamQueues = () => {
  const lines = new Map<string, StreamQueue>()
  return {
    join: (stream: string): Place => {
      const line = lines.get(stream) ?? openLine(() => lines.delete(stream))
      lines.set(stream, line)
      return line.join()
    },
    failed: (stream: string): void => lines.get(stream)?.failed(),
  }
}

interface StreamQueue {
  readonly join: () => Place
  /** Nothing of what is on its way was written. */
  readonly failed: () => void
}

/** A command of the line; `call` begins its turn, once it is there for it. */
interface Waiting {
  call?: (() => void) | undefined
}

const openLine = (onEmpty: () => void): StreamQueue => {
  let waiting: Waiting[] = []
  const onTheirWay = new Set<Waiting>()
  let isTaken = false

  /** Where the first one is not there for its turn, nobody is called instead: it will come, or leave. */
  const callFirst = (): void => {
    const [first] = waiting
    if (isTaken || first?.call === undefined) return
    isTaken = true
    first.call()
    first.call = undefined
  }

  return {
    failed: () => {
      waiting = [...onTheirWay, ...waiting]
      onTheirWay.clear()
    },
    join: () => {
      const me: Waiting = {}
      waiting.push(me)
      return {
        inTurn: async (work) => {
          await new Promise<void>((resolve) => {
            me.call = resolve
            callFirst()
          })
          try {
            return await work()
          } finally {
            isTaken = false
            callFirst()
          }
        },
        isFirst: () => waiting[0] === me,
        sent: () => {
          waiting.shift()
          onTheirWay.add(me)
        },
        leave: () => {
          if (!onTheirWay.delete(me)) waiting.splice(waiting.indexOf(me), 1)
          if (waiting.length + onTheirWay.size === 0) onEmpty()
          else callFirst()
        },
      }
    },
  }
}
