import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findLocalFiles } from '../../../adapters/directory/index.js'
import { left, right } from '../../../testing/results.js'

const folder = mkdtempSync(join(tmpdir(), 'directory-local-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

let names = 0
/** A directory with these files in it. */
const directory = (...paths: ReadonlyArray<string>): string => {
  const root = join(folder, `${names++}`)
  mkdirSync(root)
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), '')
  }
  return root
}

const NONE = { files: 0, directories: 0 }

const pathsIn = async (root: string) => right(await findLocalFiles(root, 'directory')()).files.map(({ path }) => path)

describe('the local files of a path', () => {
  it('are the file itself, under its own name', async () => {
    const root = directory('sub/model.bin')
    const file = join(root, 'sub', 'model.bin')
    const found = {
      isDirectory: false,
      files: [{ path: 'model.bin', file, isExecutable: false }],
      leftOut: [],
      byPatterns: NONE,
    }
    expect(right(await findLocalFiles(file, 'either')())).toEqual(found)
    expect(right(await findLocalFiles(file, 'file')())).toEqual(found)
  })

  it('are all files below a directory, where they lie, sorted by the UTF-8 bytes of their paths', async () => {
    const root = directory('b', 'a/z', 'a-b', 'a/y/x', '.hidden', 'é', '\u{10000}', '\uffee', 'A')
    expect(right(await findLocalFiles(root, 'either')())).toEqual({
      isDirectory: true,
      files: ['.hidden', 'A', 'a-b', 'a/y/x', 'a/z', 'b', 'é', '\uffee', '\u{10000}'].map((path) => ({
        path,
        file: join(root, path),
        isExecutable: false,
      })),
      leftOut: [],
      byPatterns: NONE,
    })
  })

  it('are none in an empty directory', async () => {
    expect(await pathsIn(directory())).toEqual([])
  })

  it('are followed through symbolic links, also out of the directory', async () => {
    const [root, outside] = [directory('a/file'), directory('sub/other')]
    symlinkSync(join(root, 'a', 'file'), join(root, 'link'))
    symlinkSync(outside, join(root, 'linked'))
    symlinkSync('a', join(root, 'again'))
    expect(await pathsIn(root)).toEqual(['a/file', 'again/file', 'link', 'linked/sub/other'])
    expect(await pathsIn(join(root, 'linked'))).toEqual(['sub/other'])
  })

  it('are refused where a link leads back into a directory above itself', async () => {
    const root = directory('a/b/file')
    symlinkSync('..', join(root, 'a', 'b', 'up'))
    expect(left(await findLocalFiles(root, 'directory')())).toEqual({
      _tag: 'unreadable-content',
      path: join(root, 'a', 'b', 'up'),
      reason: expect.stringContaining('links to a directory above itself'),
    })
    const itself = directory()
    symlinkSync('self', join(itself, 'self'))
    expect(left(await findLocalFiles(itself, 'directory')())).toMatchObject({
      reason: expect.stringContaining('leads to itself'),
    })
  })

  it('are refused where there is nothing to read', async () => {
    const root = directory('file')
    const refused = async (path: string, as: 'file' | 'directory' | 'either') => {
      const error = left(await findLocalFiles(path, as)())
      return 'reason' in error ? error.reason : error._tag
    }
    expect(await refused(join(root, 'missing'), 'either')).toContain('nothing of that name')
    expect(await refused(root, 'file')).toContain('it is a directory')
    expect(await refused(join(root, 'file'), 'directory')).toContain('it is a file')
    symlinkSync('nowhere', join(root, 'dangling'))
    expect(await refused(join(root, 'dangling'), 'either')).toContain('symbolic link to nothing')
    expect(await refused(root, 'either')).toContain(
      "symbolic link to nothing; remove the link, exclude it, or leave links out (links: 'skip'",
    )
  })

  it('are refused where something lies among them that is no file', async () => {
    const root = directory('file')
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(left(await findLocalFiles(root, 'directory')())).toEqual({
      _tag: 'unreadable-content',
      path: join(root, 'pipe'),
      reason: expect.stringContaining('a pipe'),
    })
  })

  it('are refused where a name is not UTF-8', async () => {
    const root = directory()
    try {
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0x61, 0xff)]), '')
    } catch (cause) {
      // A file system without such names.
      expect(cause).toMatchObject({ code: 'EILSEQ' })
      return
    }
    expect(left(await findLocalFiles(root, 'directory')())).toMatchObject({
      reason: expect.stringContaining('not UTF-8 (bytes 61ff)'),
    })
  })
})
