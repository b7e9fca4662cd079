import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../../domain/values/digest.js'
import { manifestBuilder } from '../../../../domain/values/manifest/builder.js'
import { diffManifests } from '../../../../domain/values/manifest/diff.js'
import {
  EntryDigest,
  type Manifest,
  ManifestEntry,
  manifestText,
  parseManifest,
  Reference,
  summarise,
} from '../../../../domain/values/manifest/manifest.js'
import { mergeParts, type Part } from '../../../../domain/values/manifest/merge.js'
import { entry, left, right } from '../../../support/domain-ledger.js'
import { goldenFolder } from '../../../support/golden-files.js'

/** Few paths and contents, so that they meet; the last ones sort differently as UTF-16 and as UTF-8. */
const path = fc.constantFrom('a', 'd/b', 'd/c/e', 'ab', 'b', 'größe', 'x\uff5e', 'x\u{1f600}')
const content = fc.constantFrom('1', '2', '3')
const reference = { uri: 's3://bucket/key', versionId: 'v7' }
const anyEntry: fc.Arbitrary<ManifestEntry> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, content).map(([at, holds]) => entry(`${at}=${holds}`)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(path, content)
      .map(([at, holds]) => ({ ...entry(`${at}=${holds}`), executable: true as const })),
  },
  { weight: 1, arbitrary: path.map((at) => ({ path: at, digest: 'etag:7', size: null, reference })) },
)
const manifestOf = (entries: ReadonlyArray<ManifestEntry>): Manifest => {
  const builder = manifestBuilder()
  for (const each of entries) right(builder.add(each, true))
  return builder.build()
}
const manifest: fc.Arbitrary<Manifest> = fc.array(anyEntry, { maxLength: 8 }).map(manifestOf)
const files = (...words: ReadonlyArray<string>): Manifest => manifestOf(words.map(entry))
const pathsOf = (of: Manifest): ReadonlyArray<string> => of.map((each) => each.path)

describe('a manifest in the making', () => {
  it('takes the same path again with the same content', () => {
    const builder = manifestBuilder()
    right(builder.add(entry('a=1')))
    right(builder.add(entry('./a=1')))
    expect(builder.build()).toEqual(files('a=1'))
  })

  it('refuses the same path with other content, unless it is to be overwritten', () => {
    const builder = manifestBuilder(files('a=1'))
    expect(left(builder.add(entry('a=2')))).toEqual({
      _tag: 'path-taken',
      path: 'a',
      present: sha256('1'),
      offered: sha256('2'),
    })
    expect(builder.build()).toEqual(files('a=1'))
    right(builder.add(entry('a=2'), true))
    expect(builder.build()).toEqual(files('a=2'))
  })

  it('tells references apart by where they point', () => {
    const at = (uri: string) => ({ path: 'r', digest: 'etag:7', size: 3, reference: { uri } })
    const builder = manifestBuilder()
    right(builder.add(at('s3://bucket/a')))
    expect(left(builder.add(at('s3://bucket/b')))).toMatchObject({ _tag: 'path-taken', path: 'r' })
    right(builder.add({ ...at('s3://bucket/a'), size: 4 }))
  })

  it('brings paths into their canonical form', () => {
    const builder = manifestBuilder()
    right(builder.add(entry('./dir//f')))
    expect(pathsOf(builder.build())).toEqual(['dir/f'])
  })

  it.each(['', '.', '/a', '../a', 'a/../b', 'C:\\a', 'a\0'])(
    'refuses the path %j, in adding and in removing',
    (illegal) => {
      const builder = manifestBuilder()
      expect(left(builder.add({ ...entry('a'), path: illegal }))).toMatchObject({ _tag: 'illegal-path', path: illegal })
      expect(left(builder.remove(illegal))).toMatchObject({ _tag: 'illegal-path', path: illegal })
      expect(builder.build()).toEqual([])
    },
  )

  it('removes a file, or everything below a directory', () => {
    const builder = manifestBuilder(files('d', 'd2', 'dir/a', 'dir/b/c', 'dirx'))
    expect(pathsOf(right(builder.remove('dir/')))).toEqual(['dir/a', 'dir/b/c'])
    expect(pathsOf(right(builder.remove('./d')))).toEqual(['d'])
    expect(pathsOf(builder.build())).toEqual(['d2', 'dirx'])
  })

  it('removes nothing that is not there', () => {
    const builder = manifestBuilder(files('dir/a'))
    expect(left(builder.remove('di'))).toEqual({ _tag: 'path-not-found', path: 'di' })
    right(builder.remove('dir/a'))
    expect(left(builder.remove('dir/a'))).toEqual({ _tag: 'path-not-found', path: 'dir/a' })
  })

  it('may replace a file by removing and adding it', () => {
    const builder = manifestBuilder(files('a=1'))
    right(builder.remove('a'))
    right(builder.add(entry('a=2')))
    expect(builder.build()).toEqual(files('a=2'))
  })

  it('refuses a path that would be a file and a directory, however it comes about', () => {
    const refusal = (base: Manifest, word: string) => left(manifestBuilder(base).add(entry(word), true))
    expect(refusal(files('a'), 'a/b')).toEqual({
      _tag: 'illegal-path',
      path: 'a/b',
      expected: 'a path that is not below a file, and "a" is one; remove that first',
    })
    expect(refusal(files('a/b/c'), 'a/b')).toEqual({
      _tag: 'illegal-path',
      path: 'a/b',
      expected: 'a path that is not a directory, and files lie below it; remove those first',
    })
    expect(refusal(files('a/b/c'), 'a')).toMatchObject({ _tag: 'illegal-path', path: 'a' })
    expect(refusal(files('a'), './a//b/c')).toMatchObject({ _tag: 'illegal-path', path: 'a/b/c' })
  })

  it('takes a directory where a file was removed, and a file where everything of a directory was', () => {
    const builder = manifestBuilder(files('a', 'd/x', 'd/y/z', 'ab'))
    right(builder.remove('a'))
    right(builder.add(entry('a/b')))
    right(builder.remove('d/x'))
    expect(left(builder.add(entry('d')))).toMatchObject({ _tag: 'illegal-path' })
    right(builder.remove('d/y'))
    right(builder.add(entry('d')))
    expect(pathsOf(builder.build())).toEqual(['a/b', 'ab', 'd'])
  })

  it('keeps a file and a directory of one name that an older version holds, until one is removed', () => {
    const builder = manifestBuilder([entry('a'), entry('a/b')])
    right(builder.add(entry('a=2'), true))
    expect(pathsOf(builder.build())).toEqual(['a', 'a/b'])
    right(builder.remove('a'))
    expect(left(builder.add(entry('a')))).toMatchObject({ _tag: 'illegal-path' })
  })

  it('leaves its base as it was', () => {
    const base = files('a=1', 'b=2')
    const builder = manifestBuilder(base)
    right(builder.remove('a'))
    right(builder.add(entry('c')))
    expect(base).toEqual(files('a=1', 'b=2'))
  })

  it('is sorted and holds each path once, whatever was added', () => {
    fc.assert(
      fc.property(manifest, (built) => {
        const bytes = pathsOf(built).map((each) => Buffer.from(each))
        for (const [index, next] of bytes.slice(1).entries()) {
          expect(Buffer.compare(bytes[index] ?? next, next)).toBe(-1)
        }
      }),
    )
  })
})

describe('the text of a manifest', () => {
  it('is one RFC 8785 array a line, sorted by the UTF-8 bytes of the path', () => {
    const built = manifestOf([
      entry('x\u{1f600}=1'),
      { path: 'r', digest: 'etag:"7"', size: null, reference },
      entry('x\uff5e=1'),
      entry('B=1'),
      entry('a=1'),
    ])
    expect(manifestText(built)).toBe(
      [
        `["B","${sha256('1')}",1,null]`,
        `["a","${sha256('1')}",1,null]`,
        '["r","etag:\\"7\\"",null,{"uri":"s3://bucket/key","versionId":"v7"}]',
        `["x\uff5e","${sha256('1')}",1,null]`,
        `["x\u{1f600}","${sha256('1')}",1,null]`,
        '',
      ].join('\n'),
    )
  })

  it('of nothing is empty', () => {
    expect(manifestText([])).toBe('')
    expect(parseManifest('')).toEqual(E.right([]))
  })

  it('is read as it was written', () => {
    fc.assert(
      fc.property(manifest, (built) => {
        expect(parseManifest(manifestText(built))).toEqual(E.right(built))
      }),
    )
  })

  it('is one for each manifest, in whatever order it was made', () => {
    fc.assert(
      fc.property(manifest, (built) => {
        expect(manifestText(manifestOf([...built].reverse()))).toBe(manifestText(built))
      }),
    )
  })

  it('differs where the manifests differ', () => {
    fc.assert(
      fc.property(manifest, manifest, (one, other) => {
        expect(manifestText(one) === manifestText(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })

  it('is addressed by its SHA-256, and summed up', () => {
    const built = manifestOf([
      entry('a=12'),
      entry('b=3'),
      { path: 'r', digest: 'uri:x:y', size: null, reference: { uri: 'x:y' } },
    ])
    const hex = createHash('sha256').update(manifestText(built), 'utf8').digest('hex')
    expect(summarise(built)).toEqual({ digest: `sha256:${hex}`, entries: 3, bytes: 3 })
  })

  const line = `["a","${sha256('1')}",1,null]`
  it.each([
    ['no JSON', '["a"', 'its last line has no end'],
    ['no JSON', '["a"\n', 'line 1: not JSON'],
    ['no array', '{"path":"a"}\n', 'line 1'],
    ['an array too short', '["a"]\n', 'line 1'],
    ['an array too long', `["a","${sha256('1')}",1,null,0]\n`, 'line 1'],
    ['another mode than "x"', `["a","${sha256('1')}",1,null,"X"]\n`, '"x"'],
    ['no mode in its place', `["a","${sha256('1')}",1,null,null]\n`, '"x"'],
    ['something behind the mode', `["a","${sha256('1')}",1,null,"x",0]\n`, 'line 1'],
    ['a reference that is executable', '["a","etag:7",1,{"uri":"s3://b/k"},"x"]\n', 'null'],
    ['an executable file without SHA-256', '["a","etag:7",1,null,"x"]\n', 'not a reference'],
    ['a line without an end', `${line}`, 'its last line has no end'],
    ['an empty line', `${line}\n\n`, 'line 2: not JSON'],
    ['a path twice', `${line}\n${line}\n`, 'line 2: not in order'],
    ['the wrong order', `["b","${sha256('1')}",1,null]\n${line}\n`, 'line 2: not in order'],
    ['spaces', `["a", "${sha256('1')}", 1, null]\n`, 'line 1: not in its canonical form'],
    ['an escape that need not be', `["\\u0061","${sha256('1')}",1,null]\n`, 'line 1: not in its canonical form'],
    [
      'a reference in another order',
      '["a","etag:7",1,{"versionId":"v","uri":"s3://b/k"}]\n',
      'line 1: not in its canonical form',
    ],
    ['an escape from its directory', `["../a","${sha256('1')}",1,null]\n`, 'a path without ".."'],
    ['an absolute path', `["/a","${sha256('1')}",1,null]\n`, 'relative'],
    ['a path that is not canonical', `["a//b","${sha256('1')}",1,null]\n`, 'canonical'],
    ['a digest without algorithm', '["a","abc",1,null]\n', 'algorithm-tagged'],
    ['a negative size', `["a","${sha256('1')}",-1,null]\n`, 'a size in bytes'],
    ['a size that is no whole number', `["a","${sha256('1')}",1.5,null]\n`, 'a size in bytes'],
    ['a stored file without a size', `["a","${sha256('1')}",null,null]\n`, 'not a reference'],
    ['a stored file without SHA-256', '["a","etag:7",1,null]\n', 'not a reference'],
    ['a reference without a scheme', '["a","etag:7",1,{"uri":"key"}]\n', 'a URI with a scheme'],
  ])('with %s is not read', (_what, source, reason) => {
    expect(left(parseManifest(source))).toContain(reason)
  })
})

describe('a manifest that was stored once', () => {
  it.each([
    ['files', 'sha256:433753f2d154056200efe0966c395dd7924e7cd3dcf27997cab044ab163e9baf'],
    ['references', 'sha256:3aa799e9b25e0d93a8821f62aefd423e6c3c6eafea6b583548aab1ae4eb64079'],
    ['executable', 'sha256:1f797606b869896eb64d16891cbd91e2c8007b8d37a7dec24deaaed1d76a3ff4'],
  ])('is read for ever, and written with the same bytes: %s', (form, digest) => {
    const stored = readFileSync(join(goldenFolder, 'manifests', `${form}.ndjson`), 'utf8')
    const read = right(parseManifest(stored))
    expect(manifestText(read)).toBe(stored)
    expect(summarise(read)).toMatchObject({ digest, entries: stored.split('\n').length - 1 })
    expect(read.filter(({ executable }) => executable === true)).toHaveLength(form === 'executable' ? 1 : 0)
  })
})

describe('an entry', () => {
  it.each([sha256('a'), 'md5:d41d8cd98f00b204e9800998ecf8427e', 'etag:"7-2"', 'uri:s3://bucket/key'])(
    'may be identified by %s',
    (digest) => expect(EntryDigest.is(digest)).toBe(true),
  )

  it.each([
    '',
    'abc',
    'md5:abc',
    'etag:',
    'crc:7',
    `SHA256:${'a'.repeat(64)}`,
    `etag:${'x'.repeat(4097)}`,
    'uri:a\nb',
    7,
  ])('may not be identified by %s', (digest) => expect(EntryDigest.is(digest)).toBe(false))

  it.each(['s3://bucket/key', 'https://x.org/a?b#c', 'file:///a', 'x:y', 'wandb-artifact://61/a'])(
    'may point to %s',
    (uri) => expect(Reference.is({ uri })).toBe(true),
  )

  it.each(['', 'key', '/a/b', '://x', '7s:x', 'https://a b', `x:${'y'.repeat(4096)}`, null])(
    'may not point to %s',
    (uri) => expect(Reference.is({ uri })).toBe(false),
  )

  it('has a canonical path', () => {
    expect(ManifestEntry.is(entry('a/b'))).toBe(true)
    expect(ManifestEntry.is(entry('a//b'))).toBe(false)
  })
})

describe('the difference of two manifests', () => {
  it('is nothing for a manifest and itself', () => {
    fc.assert(
      fc.property(manifest, (one) => {
        expect(diffManifests(one, one)).toEqual({ added: [], removed: [], changed: [] })
      }),
    )
  })

  it('makes the one from the other', () => {
    fc.assert(
      fc.property(manifest, manifest, (from, to) => {
        const { added, removed, changed } = diffManifests(from, to)
        const builder = manifestBuilder(from)
        for (const gone of removed) right(builder.remove(gone.path))
        for (const { to: now } of changed) right(builder.add(now, true))
        for (const come of added) right(builder.add(come))
        expect(builder.build()).toEqual(to)
      }),
    )
  })

  it('is the other way round from the other side', () => {
    fc.assert(
      fc.property(manifest, manifest, (from, to) => {
        const there = diffManifests(from, to)
        const back = diffManifests(to, from)
        expect(new Set(back.added)).toEqual(new Set(there.removed))
        expect(new Set(back.removed)).toEqual(new Set(there.added))
        expect(new Set(back.changed)).toEqual(new Set(there.changed.map((one) => ({ from: one.to, to: one.from }))))
      }),
    )
  })
})

describe('the parts of a distributed version', () => {
  const writer = fc.constantFrom('w1', 'w2', 'w3')
  const parts: fc.Arbitrary<ReadonlyArray<Part>> = fc.array(fc.record({ writer, manifest }), { maxLength: 5 })
  const disagree = (conflicts: ReadonlyArray<object>) => E.left({ _tag: 'path-conflict', conflicts })
  const part = (by: string, ...words: ReadonlyArray<string>): Part => ({ writer: by, manifest: files(...words) })

  it('are one manifest', () => {
    expect(mergeParts([part('w1', 'a=1', 'b=1'), part('w2', 'b=1', 'c=1')], false)).toEqual(
      E.right(files('a=1', 'b=1', 'c=1')),
    )
    expect(mergeParts([], false)).toEqual(E.right([]))
  })

  it('of the same writer replace each other, path by path', () => {
    expect(mergeParts([part('w1', 'a=1', 'b=1'), part('w2', 'c=1'), part('w1', 'b=2')], false)).toEqual(
      E.right(files('a=1', 'b=2', 'c=1')),
    )
  })

  it('that disagree are named with path, writers and digests', () => {
    const claims = (...words: ReadonlyArray<readonly [string, string]>) =>
      words.map(([by, holds]) => ({ writer: by, digest: sha256(holds) }))
    expect(
      mergeParts([part('w1', 'b=1', 'a=1'), part('w2', 'b=2', 'a=2'), part('w3', 'b=2'), part('w1', 'a=3')], false),
    ).toEqual(
      disagree([
        { path: 'a', claims: claims(['w2', '2'], ['w1', '3']) },
        { path: 'b', claims: claims(['w1', '1'], ['w2', '2'], ['w3', '2']) },
      ]),
    )
  })

  it('of which one is a file where another has a directory disagree, whoever came last', () => {
    const some = [part('w1', 'a=1', 'c=1'), part('w2', 'a/b=2', 'a/d=2', 'c=1')]
    const conflict = {
      path: 'a',
      claims: [
        { writer: 'w1', digest: sha256('1') },
        { writer: 'w2', digest: sha256('2'), below: expect.stringMatching(/^a\/[bd]$/) },
      ],
    }
    for (const lastWriterWins of [false, true]) expect(mergeParts(some, lastWriterWins)).toEqual(disagree([conflict]))
  })

  it('that disagree may be settled by who came last', () => {
    const first = part('w1', 'a=1')
    const second = part('w2', 'a=2')
    expect(mergeParts([first, second], true)).toEqual(E.right(files('a=2')))
    expect(mergeParts([second, first], true)).toEqual(E.right(files('a=1')))
    expect(mergeParts([first, second, first], true)).toEqual(E.right(files('a=1')))
  })

  it('come to the same in every order, where each writer brings one and none disagree', () => {
    const each = fc.uniqueArray(fc.record({ writer, manifest }), { selector: (one) => one.writer })
    fc.assert(
      fc.property(each, (some) => {
        const merged = mergeParts(some, false)
        fc.pre(E.isRight(merged))
        expect(mergeParts([...some].reverse(), false)).toEqual(merged)
        expect(mergeParts(some, true)).toEqual(merged)
      }),
    )
  })

  it('disagree in every order, where they do', () => {
    const conflicting = (some: ReadonlyArray<Part>) => {
      const merged = mergeParts(some, false)
      return E.isLeft(merged) ? merged.left.conflicts.map((one) => one.path) : []
    }
    const each = fc.uniqueArray(fc.record({ writer, manifest }), { selector: (one) => one.writer })
    fc.assert(
      fc.property(each, (some) => {
        expect(conflicting([...some].reverse())).toEqual(conflicting(some))
      }),
    )
  })

  it('come to what each writer says last, and always do where the last writer wins', () => {
    fc.assert(
      fc.property(parts, (some) => {
        const last = new Map(some.flatMap((one) => one.manifest.map((each) => [each.path, each] as const)))
        expect(mergeParts(some, true)).toEqual(E.right(manifestOf([...last.values()])))
        const merged = mergeParts(some, false)
        if (E.isRight(merged)) expect(merged.right).toEqual(manifestOf([...last.values()]))
      }),
    )
  })

  it('given twice come to the same', () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(mergeParts([...some, ...some], true)).toEqual(mergeParts(some, true))
      }),
    )
  })
})
