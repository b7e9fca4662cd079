/** File systems that do not do what a file store rests on, played by the functions that ask them. */
import { mkdtempSync, rmSync } from 'node:fs'
import type * as FileSystem from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { left, right } from '../../../testing/results.js'

const { faults } = vi.hoisted(() => ({ faults: new Set<string>() }))

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof FileSystem>()
  const replaced: Partial<typeof FileSystem> = {
    writeFile: (file, data, options) =>
      real.writeFile(file, data, faults.has('exclusive') && typeof options === 'object' ? {} : options),
    rename: async (from, to) => {
      if (faults.has('rename')) {
        if (typeof to === 'string') rmSync(to, { force: true })
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await real.rename(from, to)
    },
    utimes: async (path, ...times) => (faults.has('times') ? undefined : real.utimes(path, ...times)),
    open: async (path, flags, mode) => {
      const handle = await real.open(path, flags, mode)
      if (faults.has('sync')) handle.sync = () => Promise.reject(new Error('EINVAL: invalid argument, fsync'))
      return handle
    },
  }
  return { ...real, ...replaced }
})

const folder = mkdtempSync(join(tmpdir(), 'directory-unfit-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a directory whose file system', () => {
  it.each([
    ['exclusive', 'creates a file twice', 'a file that must be new can be created twice'],
    ['rename', 'replaces a file in two steps', 'a file is missing for a moment'],
    ['times', 'keeps no times', 'the time of a file cannot be set'],
    ['sync', 'cannot make a directory durable', 'a directory cannot be made durable: EINVAL'],
  ])('(%s) %s is refused as a file store', async (fault, _what, reason) => {
    const path = join(folder, fault)
    await right(await directoryFileStore({ path })()).close()
    faults.add(fault)
    const outcome = await directoryFileStore({ path })()
    faults.clear()
    expect(left(outcome)).toMatchObject({ _tag: 'unfit-file-system', path, reason: expect.stringContaining(reason) })
  })
})
