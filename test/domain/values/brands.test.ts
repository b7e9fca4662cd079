/** Values that must not be mixed up are types of their own: most of what is said here the type checker decides. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ArtifactVersionLogged } from '../../../domain/artifact/events.js'
import type { SealedDraft } from '../../../domain/artifact/sealed-draft.js'
import { MoveAlias } from '../../../domain/collections/alias-commands.js'
import type { AliasMoved } from '../../../domain/collections/alias-events.js'
import type { CommandInput } from '../../../domain/commands/catalogue.js'
import type { Answer } from '../../../domain/values/answer.js'
import { Digest, sha256 } from '../../../domain/values/digest.js'
import { CommandId, commandIdOf, Envelope } from '../../../domain/values/envelope.js'
import { VersionNumber, versionNumberAt } from '../../../domain/values/names.js'
import { decoded } from '../../support/decoded.js'
import { artifact } from '../../support/domain-samples.js'

describe('a digest', () => {
  it('is made by hashing or by decoding, and goes wherever a text goes', () => {
    expectTypeOf<Digest>().toExtend<string>()
    expectTypeOf<string>().not.toExtend<Digest>()
    // @ts-expect-error What looks like one was not decoded.
    void ((): Digest => `sha256:${'0'.repeat(64)}`)
    expect(decoded(Digest, sha256('a'))).toBe(sha256('a'))
    expect(JSON.stringify({ digest: sha256('') })).toMatch(/^\{"digest":"sha256:[0-9a-f]{64}"\}$/)
  })

  it.each(['', 'sha256:', `sha256:${'0'.repeat(63)}`, `sha256:${'A'.repeat(64)}`, `md5:${'0'.repeat(32)}`, 7])(
    'is not %j',
    (value) => {
      expect(Digest.is(value)).toBe(false)
      expect(Digest.decode(value)._tag).toBe('Left')
    },
  )
})

describe('the id of a command', () => {
  it('is decoded with its envelope, or follows from others', () => {
    expectTypeOf<string>().not.toExtend<CommandId>()
    expectTypeOf<Digest>().not.toExtend<CommandId>()
    expectTypeOf<CommandId>().not.toExtend<Digest>()
    expectTypeOf(decoded(Envelope, { commandId: 'c', actor: 'anna' }).commandId).toEqualTypeOf<CommandId>()
    // @ts-expect-error Any text might be none.
    void ((): CommandId => 'c')
    expect(CommandId.is(commandIdOf('draft-acme/churn/model/d', '0'))).toBe(true)
    expect(commandIdOf('draft-acme/churn/model/d', '0')).toBe('05af5ca8-1ad2-5f0e-8914-ee1cea1558d2')
  })

  it.each(['', 'x'.repeat(257), 'a\nb', 7, null])('is not %j', (value) => {
    expect(CommandId.decode(value)._tag).toBe('Left')
  })
})

describe('the number of a version', () => {
  it('is none of the other numbers that events hold', () => {
    expectTypeOf<VersionNumber>().toExtend<number>()
    expectTypeOf<number>().not.toExtend<VersionNumber>()
    expectTypeOf<ArtifactVersionLogged['version']>().toEqualTypeOf<VersionNumber>()
    expectTypeOf<AliasMoved['from']>().toEqualTypeOf<VersionNumber | null>()
    expectTypeOf<Answer['version']>().toEqualTypeOf<VersionNumber | undefined>()
    // @ts-expect-error The generation of a draft is no version.
    void ((sealed: SealedDraft): VersionNumber => sealed.generation)
    // @ts-expect-error What was calculated has to be made one, or decoded.
    void ((version: VersionNumber): VersionNumber => version + 1)
    expect(versionNumberAt(3)).toBe(3)
  })

  it('is a plain number to callers', () => {
    const move: CommandInput = { type: 'MoveAlias', collection: artifact, alias: 'best', version: 3, expect: 0 }
    expect(decoded(MoveAlias, move)).toEqual(move)
    expectTypeOf(decoded(MoveAlias, move).version).toEqualTypeOf<VersionNumber | string>()
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53, '3', null])('is not %j', (value) => {
    expect(VersionNumber.decode(value)._tag).toBe('Left')
  })
})
