/** What is said of a version, read by the revisions of the events that said it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { saidBy } from '../../domain/artifact/history.js'
import { versionAt } from '../../domain/artifact/version-columns.js'
import { NOTHING_SAID } from '../../domain/collections/descriptions.js'
import { artifact as artifactRules } from '../../domain/commands/deciders.js'
import { decodeEvent, type RecordedEvent } from '../../domain/events/stored-events.js'
import { type EventStore, readFailureOf, revisionBefore } from '../../domain/ports/event-store.js'
import type { Facts, Said, SaidAt, SaidFact } from '../../domain/ports/facts.js'
import type { VersionNumber } from '../../domain/values/names.js'
import type { ArtifactRef } from '../../domain/values/references.js'
import { artifactStream } from '../../domain/values/stream-names.js'
import type { CommandError } from './command-error.js'
import type { FactReader } from './facts.js'

type Port = Facts<CommandError>

export const saidIn =
  (store: EventStore): Port['said'] =>
  (artifact, at) => {
    const by = (revision: number | null): TE.TaskEither<CommandError, SaidFact> =>
      revision === null
        ? TE.right(NOTHING_SAID)
        : pipe(
            eventAt(store, artifactStream(artifact), revision),
            TE.map(({ event, metadata: { actor, recordedAt } }) =>
              artifactRules.isEvent(event)
                ? { ...saidBy(event), metadataBy: { by: actor, at: recordedAt } }
                : NOTHING_SAID,
            ),
          )
    // Most commands leave it as it is.
    if (at.description === null && at.metadata === null) return TE.right(NOTHING_SAID)
    return pipe(
      by(at.description),
      TE.flatMap((described) =>
        pipe(
          at.metadata === at.description ? TE.right(described) : by(at.metadata),
          TE.map(({ metadata, metadataBy }) => ({
            description: described.description,
            metadata,
            ...(metadata === null || metadataBy === undefined ? {} : { metadataBy }),
          })),
        ),
      ),
    )
  }

const NOWHERE: SaidAt = { description: null, metadata: null }

/** What is said of a version now; nothing where there is none. */
export const saidNow = (
  reader: FactReader,
  artifact: ArtifactRef,
  version: VersionNumber,
): TE.TaskEither<CommandError, Said> =>
  pipe(
    reader.artifact(artifact, ({ versions }) => versionAt(versions, version)?.said ?? NOWHERE),
    TE.flatMap((at) => reader.said(artifact, at)),
    TE.map(({ description, metadata }) => ({ description, metadata })),
  )

/** An event of a stream that was written. */
const eventAt =
  (store: EventStore, stream: string, revision: number): TE.TaskEither<CommandError, RecordedEvent> =>
  async () => {
    try {
      for await (const [stored] of store.readStream(stream, revisionBefore(revision))) {
        if (stored?.revision !== revision) break
        return decodeEvent(stored)
      }
      return E.left({ _tag: 'unavailable', reason: `${stream} no longer shows revision ${revision}` })
    } catch (error) {
      return E.left(readFailureOf(error))
    }
  }
