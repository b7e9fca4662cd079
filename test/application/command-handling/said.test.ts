/** What is said of versions is not kept in their artifact's state; what an event says of before is what was, nevertheless. */
import { serialize } from 'node:v8'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CommandInput } from '../../../domain/commands/catalogue.js'
import type { StoredEvent } from '../../../domain/ports/event-store.js'
import { artifactStream } from '../../../domain/values/stream-names.js'
import { eventsIn, openTestLedger, right } from '../../support/domain-ledger.js'
import { artifact } from '../../support/domain-samples.js'

const stream = artifactStream(artifact)

const word = fc.constantFrom('good', 'better', 'best')
const metadata = fc.record({ lr: fc.constantFrom(0.1, 0.2) }, { requiredKeys: [] })
const said = fc.record({ description: word, metadata }, { requiredKeys: [] })
const orTaken = fc.record({ description: fc.option(word), metadata: fc.option(metadata) }, { requiredKeys: [] })

/** Content `0` to `3`, logged or logged again; or one of the first versions described. */
const step = fc.oneof(
  fc.record({ content: fc.nat({ max: 3 }), says: said }),
  fc.record({ version: fc.oneof(fc.nat({ max: 3 }), fc.constant('latest')), says: orTaken }),
)
const steps = fc.array(fc.record({ step, alone: fc.boolean() }), { minLength: 1, maxLength: 40 })

/** What every event says of before, against what those before it said. */
const wrongAbout = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<unknown> => {
  const known = new Map<number, Record<string, unknown>>()
  return events.flatMap(({ type, data }) => {
    const { version, description, metadata } = JSON.parse(data)
    if (type === 'ArtifactVersionLogged')
      known.set(version, { description: description ?? null, metadata: metadata ?? null })
    if (type !== 'ArtifactVersionDescribed') return []
    const was = known.get(version) ?? expect.fail()
    const changes = Object.entries<{ from: unknown; to: unknown }>({ description, metadata }).filter(
      ([, change]) => change !== undefined,
    )
    const wrong = changes.filter(
      ([part, { from, to }]) =>
        JSON.stringify(from) !== JSON.stringify(was[part]) || JSON.stringify(from) === JSON.stringify(to),
    )
    for (const [part, { to }] of changes) was[part] = to
    return wrong
  })
}

describe('what is said of a version', () => {
  it('is told of before as it was, whether commands come one by one, at once, or to another process', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const ledger = openTestLedger()
        const other = ledger.another()
        let under: Array<Promise<unknown>> = []
        for (const [index, { step, alone }] of all.entries()) {
          const command: CommandInput =
            'content' in step
              ? {
                  type: 'LogArtifactVersion',
                  artifact,
                  artifactType: 'model',
                  manifest: await ledger.manifest(`file=${step.content}`),
                  ...step.says,
                }
              : { type: 'DescribeArtifactVersion', artifact, version: step.version, ...step.says }
          under.push((index % 3 === 0 ? other : ledger).give(command))
          if (!alone) continue
          await Promise.all(under)
          under = []
        }
        await Promise.all(under)
        const events = await eventsIn(ledger.store, stream)
        expect(wrongAbout(events)).toEqual([])
      }),
    )
  })

  it('is looked at when it is logged again: what is known already is no news', async () => {
    const ledger = openTestLedger()
    const log = {
      type: 'LogArtifactVersion',
      artifact,
      artifactType: 'model',
      manifest: await ledger.manifest('a'),
    } as const
    await ledger.give({ ...log, description: 'first', metadata: { b: 1, a: 2 } })
    expect(right(await ledger.give({ ...log, description: 'first', metadata: { a: 2, b: 1 } })).events).toEqual([])
    right(await ledger.give({ type: 'DescribeArtifactVersion', artifact, version: 0, description: 'second' }))
    expect(right(await ledger.give({ ...log, description: 'first' })).events).toMatchObject([{ description: 'first' }])
    expect(right(await ledger.give({ ...log, description: 'second', metadata: { a: 2, b: 1 } })).events).toEqual([])
  })

  it('takes no room in the state, however long it is', async () => {
    const ledger = openTestLedger()
    const long = 'y'.repeat(500)
    const manifest = await ledger.manifest('a')
    right(
      await ledger.give({
        type: 'LogArtifactVersion',
        artifact,
        artifactType: 'model',
        manifest,
        description: long,
        metadata: { long },
      }),
    )
    right(await ledger.give({ type: 'DescribeArtifactVersion', artifact, version: 0, metadata: { long: `${long}z` } }))
    const state = right(await ledger.handler.facts.artifact(artifact, (state) => serialize(state).toString('latin1'))())
    expect(state).toContain('artifactType')
    expect(state).not.toContain('yyy')
  })
})
