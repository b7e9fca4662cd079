/** File systems that do not do what a file store rests on, played by the functions that ask them. */
import { mkdtempSync, rmSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { left, right } from '../../../testing/results.js'

const { open, rename, writeFile } = fs

/** What a function of Node does instead. */
const faults = {
  exclusive: () =>
    vi
      .spyOn(fs, 'writeFile')
      .mockImplementation((file, data, options) => writeFile(file, data, typeof options === 'object' ? {} : options)),
  rename: () =>
    vi.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
      if (typeof to === 'string') rmSync(to, { force: true })
      await new Promise((resolve) => setTimeout(resolve, 20))
      await rename(from, to)
    }),
  times: () => vi.spyOn(fs, 'utimes').mockResolvedValue(),
  sync: () =>
    vi.spyOn(fs, 'open').mockImplementation(async (path, flags, mode) => {
      const handle = await open(path, flags, mode)
      handle.sync = () => Promise.reject(new Error('EINVAL: invalid argument, fsync'))
      return handle
    }),
}

const folder = mkdtempSync(join(tmpdir(), 'directory-unfit-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a directory whose file system', () => {
  it.each([
    ['exclusive', 'creates a file twice', 'a file that must be new can be created twice'],
    ['rename', 'replaces a file in two steps', 'a file is missing for a moment'],
    ['times', 'keeps no times', 'the time of a file cannot be set'],
    ['sync', 'cannot make a directory durable', 'a directory cannot be made durable: EINVAL'],
  ] as const)('(%s) %s is refused as a file store', async (fault, _what, reason) => {
    const path = join(folder, fault)
    await right(await directoryFileStore({ path })()).close()
    const replaced = faults[fault]()
    syncBuiltinESMExports()
    const outcome = await directoryFileStore({ path })()
    replaced.mockRestore()
    syncBuiltinESMExports()
    expect(left(outcome)).toMatchObject({ _tag: 'unfit-file-system', path, reason: expect.stringContaining(reason) })
  })
})
