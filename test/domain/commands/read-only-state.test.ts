/** What a decision is made on is read only, to its depths: of these tests the type checker decides what matters. */
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { decide as decideArtifact } from '../../../domain/artifact/decide.js'
import type { ArtifactHistory } from '../../../domain/artifact/history.js'
import type { ArtifactState } from '../../../domain/artifact/state.js'
import { setTags } from '../../../domain/artifact/version-columns.js'
import * as deciders from '../../../domain/commands/deciders.js'
import { decide as decideDraft } from '../../../domain/distributed-draft/decide.js'
import type { DistributedDraftState } from '../../../domain/distributed-draft/state.js'
import { decide as decideModel } from '../../../domain/registered-model/decide.js'
import type { RegisteredModelState } from '../../../domain/registered-model/state.js'
import { decide as decideRun } from '../../../domain/run/decide.js'
import type { RunState } from '../../../domain/run/state.js'
import type { Decider, ReadonlyState } from '../../../domain/values/decider.js'
import { run } from '../../support/domain-samples.js'

/** None of it is run. */
const unrun = (_writes: (state: never) => void): void => undefined

describe('the state that a decision is made on', () => {
  it('is read only in every aggregate', () => {
    expectTypeOf(decideArtifact).returns.parameter(0).toEqualTypeOf<ReadonlyState<ArtifactState>>()
    expectTypeOf(decideDraft).returns.parameter(0).toEqualTypeOf<ReadonlyState<DistributedDraftState>>()
    expectTypeOf(decideModel).returns.parameter(0).toEqualTypeOf<ReadonlyState<RegisteredModelState>>()
    expectTypeOf(decideRun).returns.parameter(0).toEqualTypeOf<ReadonlyState<RunState>>()
    expectTypeOf(deciders.artifact.admits).parameter(0).toEqualTypeOf<ReadonlyState<ArtifactHistory>>()
    expectTypeOf(deciders.distributedDraft.admits).parameter(0).toEqualTypeOf<ReadonlyState<DistributedDraftState>>()
    expectTypeOf(deciders.registeredModel.admits).parameter(0).toEqualTypeOf<ReadonlyState<RegisteredModelState>>()
    expectTypeOf(deciders.run.admits).parameter(0).toEqualTypeOf<ReadonlyState<RunState>>()
    expect(decideRun({ type: 'StartRun', run })(deciders.run.initial())._tag).toBe('Right')
  })

  it('cannot be written to, at whatever depth', () => {
    unrun((state: ReadonlyState<ArtifactState>) => {
      // @ts-expect-error A member.
      state.artifactType = 'model'
      // @ts-expect-error A list.
      state.tags.push('better')
      // @ts-expect-error A member of a member.
      state.versions.length = 0
      // @ts-expect-error A row of a column.
      state.versions.rows[0] = 1
      // @ts-expect-error A column as a whole.
      state.versions.digests.fill(0)
      // @ts-expect-error What is written to by functions.
      setTags(state.versions, 0, ['better'])
      // @ts-expect-error A map.
      state.aliases.delete('latest')
      // @ts-expect-error A set.
      state.left.clear()
    })
    unrun((state: ReadonlyState<DistributedDraftState>) => {
      // @ts-expect-error A member.
      state.generation++
      // @ts-expect-error A list.
      state.parts.length = 0
    })
    unrun((state: ReadonlyState<RegisteredModelState>) => {
      // @ts-expect-error A row of a column.
      state.links.rows[0] = 1
      // @ts-expect-error A map.
      state.aliases.clear()
    })
    unrun((state: ReadonlyState<RunState>) => {
      // @ts-expect-error A map.
      state.metrics.set('loss', 0)
      // @ts-expect-error A set.
      state.used.add('acme/churn/model:v0')
    })
  })

  it('is read only to a decider that is still to be written', () => {
    interface Counting {
      readonly counts: Map<string, number>
    }
    const writing: Decider<Counting, string, never, never> = {
      initial: () => ({ counts: new Map() }),
      evolve: (state) => state,
      decide: (command) => (state) => {
        // @ts-expect-error What it decides on is the fold's.
        const write = () => state.counts.set(command, 1)
        return E.right({ events: [], answer: {}, write })
      },
    }
    expect(writing.initial().counts.size).toBe(0)
  })
})
