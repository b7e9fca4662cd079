/** The parts of a distributed version that builds on another one. */
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../../domain/values/digest.js'
import { manifestBuilder } from '../../../../domain/values/manifest/builder.js'
import type { Manifest, ManifestEntry } from '../../../../domain/values/manifest/manifest.js'
import { mergeParts, type Part } from '../../../../domain/values/manifest/merge.js'
import { entry, right } from '../../../support/domain-ledger.js'

const files = (...words: ReadonlyArray<string>): Manifest => {
  const builder = manifestBuilder()
  for (const word of words) right(builder.add(entry(word)))
  return builder.build()
}
const part = (writer: string, words: ReadonlyArray<string>, edits: Omit<Part, 'writer' | 'manifest'> = {}): Part => ({
  writer,
  manifest: files(...words),
  ...edits,
})
const merge = (base: Manifest, ...parts: ReadonlyArray<Part>) => mergeParts(parts, false, base)
const base = files('a=1', 'd/b=1', 'd/c/e=1', 'd-x=1')

describe('the parts of a version that builds on another', () => {
  it('leave what nobody touched as it is', () => {
    expect(merge(base, part('w1', ['new=1']))).toEqual(E.right(files('a=1', 'd-x=1', 'd/b=1', 'd/c/e=1', 'new=1')))
  })

  it('may bring again what is there', () => {
    expect(merge(base, part('w1', ['a=1']), part('w2', ['a=1']))).toEqual(E.right(base))
  })

  it('replace where they say so, also where the writer took it out before', () => {
    expect(merge(base, part('w1', ['a=2'], { overwrite: true }))).toEqual(
      E.right(files('a=2', 'd-x=1', 'd/b=1', 'd/c/e=1')),
    )
    expect(merge(base, part('w1', ['a=2'], { removed: ['a'] }))).toEqual(
      E.right(files('a=2', 'd-x=1', 'd/b=1', 'd/c/e=1')),
    )
    expect(merge(base, part('w1', [], { removed: ['a'] }), part('w2', ['b=1']), part('w1', ['a=2']))).toEqual(
      E.right(files('a=2', 'b=1', 'd-x=1', 'd/b=1', 'd/c/e=1')),
    )
  })

  it('are refused over other content, with path and writer', () => {
    const taken = (writer: string, offered: string) => ({
      path: 'a',
      writer,
      why: 'taken',
      present: sha256('1'),
      offered: sha256(offered),
    })
    const refused = (...conflicts: ReadonlyArray<object>) => E.left({ _tag: 'base-conflict', conflicts })
    expect(merge(base, part('w1', ['a=2']))).toEqual(refused(taken('w1', '2')))
    // One who says so does not speak for the others.
    const both = [part('w1', ['a=2']), part('w2', ['a=2'], { overwrite: true })]
    expect(merge(base, ...both)).toEqual(refused(taken('w1', '2')))
    // Who has said so once need not say it again.
    expect(E.isRight(merge(base, part('w1', ['a=2'], { overwrite: true }), part('w1', ['a=3'])))).toBe(true)
    // Who comes last does not settle it.
    expect(mergeParts([part('w1', ['a=2'])], true, base)).toEqual(refused(taken('w1', '2')))
  })

  it('remove a file, or everything below a directory', () => {
    expect(merge(base, part('w1', [], { removed: ['d'] }))).toEqual(E.right(files('a=1', 'd-x=1')))
    expect(merge(base, part('w1', [], { removed: ['d/c', 'a'] }))).toEqual(E.right(files('d-x=1', 'd/b=1')))
    expect(merge(base, part('w1', [], { removed: ['a', 'd', 'd-x'] }))).toEqual(E.right([]))
  })

  it('agree about what several remove', () => {
    expect(merge(base, part('w1', [], { removed: ['d'] }), part('w2', [], { removed: ['d/b', 'a'] }))).toEqual(
      E.right(files('d-x=1')),
    )
  })

  it('are refused where they remove what is not there', () => {
    const notThere = (path: string, writer: string) => ({ path, writer, why: 'not-there' })
    expect(
      merge(base, part('w2', [], { removed: ['d/x', 'nothing'] }), part('w1', [], { removed: ['d/c/e/f'] })),
    ).toEqual(
      E.left({
        _tag: 'base-conflict',
        conflicts: [notThere('d/c/e/f', 'w1'), notThere('d/x', 'w2'), notThere('nothing', 'w2')],
      }),
    )
    expect(mergeParts([part('w1', [], { removed: ['a'] })], false)).toEqual(
      E.left({ _tag: 'base-conflict', conflicts: [notThere('a', 'w1')] }),
    )
  })

  it('may take out what the same writer brought, however often', () => {
    const out = part('w1', [], { removed: ['new'] })
    expect(merge(base, part('w1', ['new=1']), out, part('w2', ['more=1']), out)).toEqual(
      E.right(files('a=1', 'd-x=1', 'd/b=1', 'd/c/e=1', 'more=1')),
    )
  })

  it.each([
    ['the same path', ['a'], 'a=2', 'a'],
    ['a path below a directory', ['d'], 'd/b=2', 'd/b'],
    ['a new path below a directory', ['d'], 'd/new=1', 'd/new'],
    ['a path as it is', ['a'], 'a=1', 'a'],
  ])('disagree where one removes and another brings %s', (_what, removed, word, path) => {
    const remover = part('w1', [], { removed })
    const bringer = part('w2', [word], { overwrite: true })
    const digest = entry(word).digest
    const conflict = (...claims: ReadonlyArray<object>) =>
      E.left({ _tag: 'path-conflict', conflicts: [{ path, claims }] })
    expect(merge(base, remover, bringer)).toEqual(conflict({ writer: 'w1', digest: null }, { writer: 'w2', digest }))
    expect(merge(base, bringer, remover)).toEqual(conflict({ writer: 'w2', digest }, { writer: 'w1', digest: null }))
    const held = (merged: ReturnType<typeof merge>) => right(merged).some((each) => each.path === path)
    expect(held(mergeParts([remover, bringer], true, base))).toBe(true)
    expect(held(mergeParts([bringer, remover], true, base))).toBe(false)
  })

  it('are refused where a file would be a directory of the base, or the other way round, unless that goes', () => {
    const inTheWay = (path: string, present: string) => ({ path, writer: 'w1', why: 'in-the-way', present })
    const refused = (conflict: object) => E.left({ _tag: 'base-conflict', conflicts: [conflict] })
    expect(merge(base, part('w1', ['a/x=1'], { overwrite: true }))).toEqual(refused(inTheWay('a/x', 'a')))
    expect(merge(base, part('w1', ['d/c=1'], { overwrite: true }))).toEqual(refused(inTheWay('d/c', 'd/c/e')))
    expect(merge(base, part('w1', ['a/x=1'], { removed: ['a'] }))).toEqual(
      E.right(files('a/x=1', 'd-x=1', 'd/b=1', 'd/c/e=1')),
    )
    expect(merge(base, part('w1', ['d=1'], { removed: ['d'] }))).toEqual(E.right(files('a=1', 'd-x=1', 'd=1')))
  })
})

describe('random parts on a random base', () => {
  const path = fc.constantFrom('a', 'a/b', 'd', 'd/b', 'd/c/e', 'd/c', 'd-x', 'größe', 'x\uff5e', 'x\u{1f600}')
  const words = fc.uniqueArray(
    fc.tuple(path, fc.constantFrom('1', '2')).map(([at, holds]) => `${at}=${holds}`),
    { maxLength: 5, selector: (word) => word.slice(0, word.lastIndexOf('=')) },
  )
  /** Of what is given the first that can be together. */
  const manifest: fc.Arbitrary<Manifest> = words.map((some) => {
    const builder = manifestBuilder()
    for (const word of some) builder.add(entry(word))
    return builder.build()
  })
  const writer = fc.constantFrom('w1', 'w2', 'w3')
  const removed = fc.uniqueArray(path, { minLength: 1, maxLength: 2 })
  const anyPart: fc.Arbitrary<Part> = fc
    .record({ writer, manifest, removed: fc.option(removed), overwrite: fc.boolean() })
    .map(({ removed: out, ...rest }) => ({ ...rest, ...(out === null ? {} : { removed: out }) }))
  const parts = fc.array(anyPart, { maxLength: 4 })

  /** What a draft would come to in which the parts are made in this order; nothing where it refuses one. */
  const drafted = (from: Manifest, some: ReadonlyArray<Part>): Manifest | undefined => {
    const builder = manifestBuilder(from)
    for (const { manifest: brought, removed: out = [] } of some) {
      for (const each of out) builder.remove(each)
      for (const each of brought) if (E.isLeft(builder.add(each, true))) return undefined
    }
    return builder.build()
  }

  /** The same parts, those of each writer in their order. */
  const others = (some: ReadonlyArray<Part>): ReadonlyArray<ReadonlyArray<Part>> => [
    ...['w1', 'w2', 'w3'].map((first) => [
      ...some.filter((each) => each.writer === first),
      ...some.filter((each) => each.writer !== first),
    ]),
    ['w3', 'w2', 'w1'].flatMap((by) => some.filter((each) => each.writer === by)),
  ]

  it('come to what one draft with the same edits comes to', () => {
    let compared = 0
    fc.assert(
      fc.property(manifest, parts, (from, some) => {
        const merged = mergeParts(some, false, from)
        if (E.isLeft(merged)) return
        for (const order of [some, ...others(some)]) {
          const draft = drafted(from, order)
          if (draft === undefined) continue
          compared += 1
          expect(merged.right).toEqual(draft)
        }
      }),
      { numRuns: 1000 },
    )
    expect(compared).toBeGreaterThan(100)
  })

  it('come to the same, or are refused alike, in whatever order their writers come', () => {
    const told = (some: ReadonlyArray<Part>, from: Manifest) => {
      const merged = mergeParts(some, false, from)
      if (E.isRight(merged)) return merged.right
      return new Set(merged.left.conflicts.map((conflict) => conflict.path))
    }
    fc.assert(
      fc.property(manifest, parts, (from, some) => {
        for (const order of others(some)) expect(told(order, from)).toEqual(told(some, from))
      }),
      { numRuns: 1000 },
    )
  })

  it('are what each writer says last of each path, and else what the base says', () => {
    const isUnder = (each: string, out: string) => each === out || each.startsWith(`${out}/`)
    /** `undefined` where the writer says nothing of it. */
    const lastWord = (some: ReadonlyArray<Part>, by: string, at: string): ManifestEntry | null | undefined => {
      let word: ManifestEntry | null | undefined
      for (const each of some) {
        if (each.writer !== by) continue
        if (each.removed?.some((out) => isUnder(at, out))) word = null
        word = each.manifest.find((brought) => brought.path === at) ?? word
      }
      return word
    }
    fc.assert(
      fc.property(manifest, parts, (from, some) => {
        const merged = mergeParts(some, false, from)
        if (E.isLeft(merged)) return
        const paths = new Set([...from, ...some.flatMap((each) => each.manifest)].map((each) => each.path))
        const expected = [...paths].flatMap((at) => {
          const said = ['w1', 'w2', 'w3'].flatMap((by) => {
            const word = lastWord(some, by, at)
            return word === undefined ? [] : [word]
          })
          expect(new Set(said.map((word) => word?.digest)).size).toBeLessThanOrEqual(1)
          const word = said.length === 0 ? from.find((each) => each.path === at) : said[0]
          return word ?? []
        })
        expect(new Set(merged.right)).toEqual(new Set(expected))
      }),
      { numRuns: 1000 },
    )
  })
})
