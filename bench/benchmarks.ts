/** All benchmarks, in the order in which they run. */
import { appendSingle } from './appending.js'
import { commandOnLongHistory, commandsOn64Artifacts, commandsOnOneArtifact } from './commands.js'
import { bulkBesideMoves, fourInContention, loneMove, loneMoveWorst } from './contention.js'
import { serverElection, serverIdle, serverImport, serverOpen, serverSeen } from './eventstoredb.js'
import { downloading, ingestKnown, ingestKnownAnew, ingestNew } from './files.js'
import { aliasPage, lastMoments, searchByName } from './flat.js'
import { firstCommandWithSnapshot } from './long-streams.js'
import type { Benchmark } from './measure.js'
import {
  auditAlias,
  listing,
  listingPast,
  memory,
  rebuild,
  reopen,
  resolveAsOf,
  resolveFlat,
  resolveNow,
  resolveWhole,
  transitiveLineage,
} from './reading.js'
import { starting } from './starting.js'
import { exporting, importing } from './transfer.js'
import { verifying } from './verifying.js'

export const benchmarks: ReadonlyArray<Benchmark> = [
  appendSingle,
  commandsOn64Artifacts,
  commandsOnOneArtifact,
  commandOnLongHistory,
  firstCommandWithSnapshot,
  loneMove,
  loneMoveWorst,
  bulkBesideMoves,
  fourInContention,
  ingestNew,
  ingestKnown,
  ingestKnownAnew,
  downloading,
  rebuild,
  resolveNow,
  resolveWhole,
  resolveAsOf,
  resolveFlat,
  listing,
  listingPast,
  searchByName,
  transitiveLineage,
  auditAlias,
  aliasPage,
  lastMoments,
  exporting,
  importing,
  verifying,
  reopen,
  memory,
  serverImport,
  serverOpen,
  serverSeen,
  serverIdle,
  serverElection,
  ...starting,
]
