import { posix, win32 } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import {
  canonicalPath,
  checkManifestPath,
  compareUtf8,
  fitsWindows,
  pathsThatCollide,
} from '../../../../domain/values/manifest/path.js'

describe('a path in a manifest', () => {
  it.each(['a', 'a/b.txt', 'größe/Ü', '…/...', 'a b/c:d', '.hidden', '__proto__', `${'x'.repeat(255)}/y`])(
    'may be %j',
    (path) => expect(checkManifestPath(path)).toEqual(E.right(path)),
  )

  it.each([
    ['', 'empty'],
    ['/etc/passwd', 'relative'],
    ['..', '".."'],
    ['a/../b', '".."'],
    ['a//b', 'canonical'],
    ['./a', 'canonical'],
    ['a/', 'canonical'],
    ['.', 'canonical'],
    ['a\\b', 'backslash'],
    ['..\\b', 'backslash'],
    ['C:/x', 'drive letter'],
    ['c:x', 'drive letter'],
    ['a\0b', 'control'],
    ['a\nb', 'control'],
    ['a\u0085b', 'control'],
    ['a\ud800', 'surrogate'],
    ['ü'.repeat(128), '255'],
    ['abcdefg/'.repeat(128).concat('h'), '1024'],
  ])('may not be %j', (path, reason) => {
    const checked = checkManifestPath(path)
    expect(E.isLeft(checked) && checked.left).toContain(reason)
  })

  it('stays inside the directory it is resolved against, whatever is offered', () => {
    const part = fc.string({ unit: fc.constantFrom('.', '/', '\\', ':', 'C', '\0', 'é'), maxLength: 4 })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const text = parts.join('/')
        if (E.isLeft(checkManifestPath(text))) return
        expect(posix.resolve('/root/dir', text)).toBe(`/root/dir/${text}`)
        expect(win32.resolve('R:\\dir', text)).toBe(win32.normalize(`R:\\dir\\${text}`))
        expect(win32.resolve('R:\\dir', text).startsWith('R:\\dir\\')).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('Windows', () => {
  it.each(['a/b.txt', 'console', 'com10', 'a.b/.c', 'größe'])('can hold %j', (path) =>
    expect(fitsWindows(path)).toBe(true),
  )
  it.each(['a:b', 'what?', 'a/nul', 'CON.txt', 'com1', 'a /b', 'end.', 'a|b', '"a"', 'LPT9/x'])(
    'cannot hold %j',
    (path) => expect(fitsWindows(path)).toBe(false),
  )
})

describe('the canonical form of a path', () => {
  it.each([
    ['a//b', 'a/b'],
    ['./c', 'c'],
    ['d/', 'd'],
    ['a/./b', 'a/b'],
    ['plain', 'plain'],
  ])('of %j is %j', (text, path) => expect(canonicalPath(text)).toEqual(E.right(path)))

  it.each(['', '.', './', '//', '/a', 'a/../b', 'C:a', './C:a', 'a\\b'])('of %j does not exist', (text) =>
    expect(E.isLeft(canonicalPath(text))).toBe(true),
  )

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '/', '.', ':', 'é') }), (text) => {
        const canonical = canonicalPath(text)
        if (E.isRight(canonical)) expect(canonicalPath(canonical.right)).toEqual(canonical)
      }),
    )
  })
})

describe('the order of paths', () => {
  it('is the order of their UTF-8 bytes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '\uffff', '\ue000', '😀', '𐀀') })
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(Math.sign(compareUtf8(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)))
      }),
    )
  })
})

describe('paths that one directory cannot hold', () => {
  const able = { case: false, form: false }

  it('are a file and a directory of the same name, everywhere', () =>
    expect(pathsThatCollide(['a/b/c', 'a', 'ab'], able)).toEqual([
      { _tag: 'file-and-directory', paths: ['a', 'a/b/c'] },
    ]))

  it('are names that differ in case, where case is not told apart', () => {
    const paths = ['Model.bin', 'model.bin', 'dir/x', 'DIR/y']
    expect(pathsThatCollide(paths, able)).toEqual([])
    expect(pathsThatCollide(paths)).toEqual([{ _tag: 'same-name', paths: ['Model.bin', 'model.bin'] }])
    expect(pathsThatCollide(['A', 'a/b'])).toEqual([{ _tag: 'file-and-directory', paths: ['A', 'a/b'] }])
    expect(pathsThatCollide(['σ', 'ς', 'K', 'k'])).toHaveLength(2)
  })

  it('are names that differ in Unicode form, where form is not told apart', () => {
    const paths = ['\u00e9', 'e\u0301']
    expect(pathsThatCollide(paths, { case: true, form: false })).toEqual([])
    expect(pathsThatCollide(paths, { case: false, form: true })).toHaveLength(1)
  })
})
