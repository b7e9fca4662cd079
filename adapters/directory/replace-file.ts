import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from './system.js'

/** Puts a file in the place of another, as a whole: after a crash there is the one or the other. `write` makes it, durably. */
export const replaceFile = async (
  file: string,
  temporary: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> => {
  try {
    await write(temporary)
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw cause
  }
  await syncDirectory(dirname(file))
}
