/** What each read model folds: every event by one of them, or by none for a reason; and the histories that hold them to it. */
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../domain/events/event-shapes.js'
import type { ProjectedEvent, Projection } from '../../projections/projection.js'
import { readModels, unfoldedEvents } from '../../projections/read-models.js'
import { happen, history, seen } from './lineage-history.js'

const sorted = (types: Iterable<string>): ReadonlyArray<string> => [...new Set(types)].sort()

/** The histories of replay and lineage: the same ones in each run. */
const histories: ReadonlyArray<ReadonlyArray<ProjectedEvent>> = await Promise.all(
  fc.sample(history, { numRuns: 40, seed: 7 }).map(async (steps) => seen((await happen(steps)).events)),
)

/** The types of those events that change the state of a projection by more than what it notes of every event. */
const changing = <State>(
  projection: Projection<State>,
  events: ReadonlyArray<ProjectedEvent>,
): ReadonlyArray<string> => {
  const state = projection.initial()
  return events.flatMap((event) => {
    const before = projection.load(structuredClone([...projection.save(state)]))
    if (before === undefined) throw new Error('not loaded')
    projection.applyUnknown?.(before, event, event.event.type)
    projection.apply(state, event)
    return isDeepStrictEqual([...projection.save(state)], [...projection.save(before)]) ? [] : event.event.type
  })
}

const { registry, lineage, audit } = readModels
const changes = {
  registry: (events: ReadonlyArray<ProjectedEvent>) => changing(registry, events),
  lineage: (events: ReadonlyArray<ProjectedEvent>) => changing(lineage, events),
  audit: (events: ReadonlyArray<ProjectedEvent>) => changing(audit, events),
}

describe('the read models', () => {
  it('fold every event, or say why none of them does', () => {
    const folded = Object.values(readModels).flatMap(({ folds }) => [...folds])
    const unfolded = Object.entries(unfoldedEvents)
    expect(sorted([...folded, ...unfolded.map(([type]) => type)])).toEqual(sorted(EVENT_TYPES))
    for (const [type, reason] of unfolded) {
      expect(folded).not.toContain(type)
      expect(reason).toMatch(/^[A-Z].+\.$/)
    }
  })

  it('are held to histories in which every type of event happens', () => {
    expect(sorted(histories.flat().map(({ event }) => event.type))).toEqual(sorted(EVENT_TYPES))
  })

  it.each(['registry', 'lineage', 'audit'] as const)('%s changes by what it declares, and by nothing else', (name) => {
    expect(sorted(histories.flatMap(changes[name]))).toEqual(sorted(readModels[name].folds))
  })
})
