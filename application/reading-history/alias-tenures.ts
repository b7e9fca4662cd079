/**
 * The history of aliases as tenures: who held an alias, from when to when, put there by whom and why, and
 * what it replaced. One read of one stream, however often the alias moved.
 */

import * as E from 'fp-ts/lib/Either.js'
import type { AliasMoved, AliasRemoved } from '../../domain/collections/alias-events.js'
import { decodeShape } from '../../domain/events/event-shapes.js'
import { decodeEvent, type RecordedEvent } from '../../domain/events/stored-events.js'
import { type EventStore, EventStoreError, type StoredEvent } from '../../domain/ports/event-store.js'
import { type CollectionRef, versionPath } from '../../domain/values/references.js'
import { collectionStream } from '../../domain/values/stream-names.js'
import type { AliasChange, AliasTenure } from '../../projections/audit/tenure.js'

/**
 * The tenures of one alias of a collection, or of all its aliases, as of a position, by when they began. Rejects
 * with an `EventStoreError` where the store cannot be read or an event is damaged.
 */
export const aliasHistory = async (
  store: EventStore,
  collection: CollectionRef,
  alias: string | undefined,
  position: number,
): Promise<ReadonlyArray<AliasTenure>> => {
  const tenures: AliasTenure[] = []
  const held = new Map<string, number>()
  const sources = new Map<number, string>()
  const mark = alias === undefined ? '' : JSON.stringify(alias)
  for await (const page of store.readStream(collectionStream(collection), 'none')) {
    for (const stored of page) {
      if (stored.position > position) return tenures
      if (stored.type === 'VersionLinked') {
        const linked = decodeShape(stored)
        if (typeof linked !== 'string' && linked.type === 'VersionLinked') {
          sources.set(linked.version, versionPath(linked.source, linked.source.version))
        }
      }
      if (!isAliasEvent(stored) || !stored.data.includes(mark)) continue
      const { event, change } = changeOf(stored)
      if (alias !== undefined && event.alias !== alias) continue
      const to = event.type === 'AliasMoved' ? event.to : null
      const before = held.get(event.alias)
      const tenure = before === undefined ? undefined : tenures[before]
      if (before !== undefined && tenure !== undefined) {
        tenures[before] = { ...tenure, until: change, replacedBy: to }
      }
      held.delete(event.alias)
      if (to === null) continue
      const source = sources.get(to) ?? null
      held.set(event.alias, tenures.length)
      tenures.push({
        alias: event.alias,
        version: to,
        source,
        replaced: event.from,
        from: change,
        until: null,
        replacedBy: null,
      })
    }
  }
  return tenures
}

const isAliasEvent = ({ type }: StoredEvent): boolean => type === 'AliasMoved' || type === 'AliasRemoved'

const changeOf = (stored: StoredEvent): { readonly event: AliasMoved | AliasRemoved; readonly change: AliasChange } => {
  const decoded = decodeEvent(stored)
  if (E.isLeft(decoded) || !isAliasChange(decoded.right)) {
    throw new EventStoreError('damaged', `event ${stored.revision} of the stream ${stored.stream} cannot be read`)
  }
  const { position, event, metadata } = decoded.right
  return {
    event,
    change: {
      position,
      recordedAt: metadata.recordedAt,
      occurredAt: metadata.occurredAt ?? null,
      actor: metadata.actor,
      onBehalfOf: metadata.onBehalfOf ?? null,
      reason: metadata.reason ?? null,
      commandId: metadata.commandId,
      correlationId: metadata.correlationId ?? null,
    },
  }
}

const isAliasChange = (recorded: RecordedEvent): recorded is RecordedEvent<AliasMoved | AliasRemoved> =>
  recorded.event.type === 'AliasMoved' || recorded.event.type === 'AliasRemoved'
