/** The port to the place where read models are kept between two openings. Never needed for correctness. */
import type * as TE from 'fp-ts/lib/TaskEither.js'

export interface SnapshotProblem {
  readonly _tag: 'snapshot-failed'
  readonly reason: string
}

/** Where states are kept so that the next start is quick. What is in it is never needed for a right answer. */
export interface SnapshotStore {
  /** What was saved last under a key; `undefined` if there is nothing. A problem if it is not whole or cannot be read. */
  readonly load: (key: string) => TE.TaskEither<SnapshotProblem, ReadonlyArray<unknown> | undefined>
  /**
   * Keeps parts, each of plain data, maps and typed arrays; all of them or none. They are iterated one at a time,
   * and others have their turn in between. Ends with a problem, and keeps what was kept, when `signal` aborts.
   */
  readonly save: (key: string, parts: Iterable<unknown>, signal?: AbortSignal) => TE.TaskEither<SnapshotProblem, void>
}
