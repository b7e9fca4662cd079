import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CollectionRef } from '../../../domain/values/references.js'
import {
  artifactStream,
  collectionStream,
  draftStream,
  LOSSES_STREAM,
  modelStream,
  parseStream,
  runStream,
  type Subject,
} from '../../../domain/values/stream-names.js'
import { decoded } from '../../support/decoded.js'
import { artifactRef, distributedId, modelRef, runRef } from '../../support/domain-arbitraries.js'

const subject: fc.Arbitrary<Subject> = fc.oneof(
  artifactRef.map((artifact): Subject => ({ category: 'artifact', artifact })),
  fc
    .tuple(artifactRef, distributedId)
    .map(([artifact, id]): Subject => ({ category: 'draft', artifact, distributedId: id })),
  modelRef.map((model): Subject => ({ category: 'model', model })),
  runRef.map((run): Subject => ({ category: 'run', run })),
  fc.constant<Subject>({ category: 'losses' }),
)

const streamOf = (of: Subject): string => {
  switch (of.category) {
    case 'artifact':
      return artifactStream(of.artifact)
    case 'draft':
      return draftStream(of)
    case 'model':
      return modelStream(of.model)
    case 'run':
      return runStream(of.run)
    case 'losses':
      return LOSSES_STREAM
  }
}

describe('the name of a stream', () => {
  it('is read as it is written, for every legal name', () => {
    fc.assert(
      fc.property(subject, (of) => {
        expect(parseStream(streamOf(of))).toEqual(of)
      }),
    )
  })

  it('begins with its category, in which there is no dash and no leading $', () => {
    fc.assert(
      fc.property(subject, (of) => {
        expect(streamOf(of).split('-')[0]).toBe(of.category)
        expect(of.category).toMatch(/^[a-z]+$/)
      }),
    )
  })

  it('is printable ASCII without spaces', () => {
    fc.assert(
      fc.property(subject, (of) => {
        expect(streamOf(of)).toMatch(/^[!-~]+$/)
      }),
    )
  })

  it('differs where the subjects differ', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(subject, { selector: (of) => JSON.stringify(of), minLength: 2, maxLength: 8 }),
        (all) => {
          expect(new Set(all.map(streamOf)).size).toBe(all.length)
        },
      ),
    )
  })

  it('follows from a collection', () => {
    expect(collectionStream(decoded(CollectionRef, { entity: 'e', project: 'p', name: 'n' }))).toBe('artifact-e/p/n')
    expect(collectionStream(decoded(CollectionRef, { entity: 'e', project: 'model-registry', name: 'n o' }))).toBe(
      'model-e/model-registry/n%20o',
    )
  })

  it.each([
    '',
    '-',
    'artifact',
    'artifact-',
    'artifact-a/b',
    'artifact-a/b/c/d',
    'draft-a/b/c',
    'draft-a/b/c/d/e',
    'run-a',
    'other-a/b/c',
    'artifact-a/model-registry/c',
    'draft-a/wandb-registry-b/c/d',
    'run-a/model-registry/c',
    'model-a/b/c',
    '$artifact-a/b/c',
    '-a/b/c',
    'artifact-a/b/%',
    'model-%ff/b/c',
  ])('of this ledger is not %j', (stream) => {
    expect(parseStream(stream)).toBeUndefined()
  })
})
