/** The port to the place where read models are kept between two openings. Never needed for correctness. */
import type * as TE from 'fp-ts/lib/TaskEither.js'

export interface SnapshotProblem {
  readonly _tag: 'snapshot-failed'
  readonly reason: string
}

export interface SnapshotStore {
  /** What was saved last under a key; `undefined` if there is nothing, or nothing whole. */
  readonly load: (key: string) => TE.TaskEither<SnapshotProblem, unknown>
  /** Keeps plain data, maps and typed arrays; whole or not at all. */
  readonly save: (key: string, value: unknown) => TE.TaskEither<SnapshotProblem, void>
}
