/** Making a directory with those above it. */

import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isError } from '../../domain/values/built-ins.js'

/**
 * Makes a directory where there is none, and those above it; answers the first that it made. As Node's own, which never
 * ends in a directory that says of everything in it that it is not there, as `/proc` does.
 */
export const makeDirectory = async (path: string): Promise<string | undefined> => {
  const wanted = resolve(path)
  const made = await makeOne(wanted)
  if (made !== 'needs its parent') return made === 'made' ? wanted : undefined
  const parent = dirname(wanted)
  const first = (await isDirectory(parent)) ? undefined : await makeDirectory(parent)
  const again = await makeOne(wanted)
  if (again === 'needs its parent') throw takesNone(parent)
  return first ?? (again === 'made' ? wanted : undefined)
}

const makeOne = async (path: string): Promise<'made' | 'there' | 'needs its parent'> => {
  try {
    await mkdir(path)
    return 'made'
  } catch (cause) {
    if (await isDirectory(path)) return 'there'
    if (path !== dirname(path) && isError(cause) && 'code' in cause && cause.code === 'ENOENT') {
      return 'needs its parent'
    }
    throw cause
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

const takesNone = (path: string): Error =>
  Object.assign(new Error(`ENOENT: ${path} takes no directories: name a place on a disk`), { code: 'ENOENT' })
