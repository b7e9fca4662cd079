/** All benchmarks, in the order in which they run. */
import { appendSingle } from './appending.js'
import { commandOnLongHistory, commandsOn64Artifacts, commandsOnOneArtifact } from './commands.js'
import { ingestKnown, ingestNew } from './files.js'
import type { Benchmark } from './measure.js'

export const benchmarks: ReadonlyArray<Benchmark> = [
  appendSingle,
  commandsOn64Artifacts,
  commandsOnOneArtifact,
  commandOnLongHistory,
  ingestNew,
  ingestKnown,
]
