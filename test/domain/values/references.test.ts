import { describe, expect, expectTypeOf, it } from 'vitest'
import { parseArtifact, parseModel } from '../../../domain/values/name-paths.js'
import {
  ArtifactRef,
  CollectionRef,
  DraftRef,
  ModelRef,
  RunRef,
  VersionRef,
} from '../../../domain/values/references.js'
import { artifactStream, draftStream, modelStream, runStream } from '../../../domain/values/stream-names.js'
import { artifact, model, run, versionOf } from '../../support/domain-samples.js'

const draft = { artifact, distributedId: 'eval' }

describe('references to an artifact, a registered model, a run and a draft', () => {
  it('are told apart by the type checker', () => {
    expectTypeOf<ModelRef>().not.toExtend<ArtifactRef>()
    expectTypeOf<ArtifactRef>().not.toExtend<ModelRef>()
    expectTypeOf<RunRef>().not.toExtend<ArtifactRef | ModelRef | DraftRef>()
    expectTypeOf<DraftRef>().not.toExtend<ArtifactRef | ModelRef | RunRef>()
    expectTypeOf<CollectionRef>().not.toExtend<ArtifactRef>()
    expectTypeOf<ArtifactRef>().toExtend<CollectionRef>()
    expectTypeOf<ModelRef>().toExtend<CollectionRef>()
  })

  it('name the stream of their own kind alone', () => {
    expect(artifactStream(artifact)).toBe('artifact-acme/churn/model')
    expect(draftStream(draft)).toBe('draft-acme/churn/model/eval')
    expect(modelStream(model)).toBe('model-acme/model-registry/Churn')
    expect(runStream(run)).toBe('run-acme/churn/run-1')
    expectTypeOf(artifactStream).parameter(0).not.toEqualTypeOf<ModelRef>()
    // @ts-expect-error A registered model is no artifact.
    void (() => artifactStream(model))
    // @ts-expect-error An artifact is no registered model.
    void (() => modelStream(artifact))
    // @ts-expect-error What nobody decoded may be either.
    void (() => artifactStream({ entity: 'acme', project: 'churn', name: 'model' }))
    // @ts-expect-error A draft is of an artifact.
    void (() => draftStream({ artifact: model, distributedId: 'eval' }))
  })

  it('are refused, where they are decoded, in place of another', () => {
    const codecs = { ArtifactRef, ModelRef, RunRef, DraftRef, VersionRef }
    const values = { ArtifactRef: artifact, ModelRef: model, RunRef: run, DraftRef: draft, VersionRef: versionOf(3) }
    for (const [of, codec] of Object.entries(codecs)) {
      const accepted = Object.entries(values).filter(([, value]) => codec.decode(value)._tag === 'Right')
      expect(accepted.map(([name]) => name)).toEqual([of])
    }
    expect(DraftRef.is({ artifact: model, distributedId: 'eval' })).toBe(false)
    expect(CollectionRef.is(artifact) && CollectionRef.is(model)).toBe(true)
  })

  it('are plain values, in which nothing says what they are but their project', () => {
    expect(JSON.stringify(artifact)).toBe('{"entity":"acme","project":"churn","name":"model"}')
    expect(JSON.stringify(model)).toBe('{"entity":"acme","project":"model-registry","name":"Churn"}')
    expect(parseArtifact('acme/model-registry/Churn', {})).toMatchObject({ _tag: 'Left' })
    expect(parseModel('acme/churn/model', {})).toMatchObject({ _tag: 'Left' })
  })
})
