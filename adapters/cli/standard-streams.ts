/** Standard output and error of the program: what cannot be written there is a failure in words, and no fault. */

import { once } from 'node:events'
import { fstatSync, writeSync } from 'node:fs'
import { isError } from '../../domain/values/built-ins.js'

const OUT = 1

/**
 * Whether it leads to a file, or a device that is no terminal. Node writes those at once, too, but takes what a full disk took a
 * part of for written.
 */
const leadsToFile = (): boolean => {
  const found = fstatSync(OUT)
  return found.isFile() || (found.isCharacterDevice() && process.stdout.isTTY !== true)
}

let isFile: boolean | undefined

/** Writes to standard output. Throws an error of the system if that cannot be. */
export const writeOut = (text: string): void => {
  isFile ??= leadsToFile()
  if (isFile) writeToFile(Buffer.from(text))
  else process.stdout.write(text)
}

/** The same of bytes. Resolves when who reads them from a pipe has room for more. */
export const writeOutBytes = async (bytes: Uint8Array): Promise<void> => {
  isFile ??= leadsToFile()
  if (isFile) writeToFile(bytes)
  else if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
}

const writeToFile = (bytes: Uint8Array): void => {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(OUT, bytes, done)
  } catch (cause) {
    throw cannotWrite(cause)
  }
}

/** Writes to standard error. Whoever cannot be told so has the exit code. */
export const writeErr = (text: string): void => {
  try {
    process.stderr.write(text)
  } catch {
    // Node throws it or tells it to a listener, by what the stream leads to.
  }
}

/** Of what is told to a listener: a pipe whose reader has seen enough (head, less) is no failure. */
export const onWriteErrors = (isClosed: () => void, fails: (error: Error) => void): void => {
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EPIPE' ? isClosed() : fails(cannotWrite(error)),
  )
}

const cannotWrite = (cause: unknown): Error =>
  isError(cause)
    ? Object.assign(cause, { message: `the answer could not be written to standard output: ${cause.message}` })
    : new Error(String(cause))
