/** Tables among the files of versions: read whole, and compared. */
import * as E from 'fp-ts/lib/Either.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { isDigest } from '../../domain/values/digest.js'
import type { ManifestEntry } from '../../domain/values/manifest/manifest.js'
import { type ReadTable, readTable } from '../../domain/values/table/read-table.js'
import { MOST_OF_A_TABLE } from '../../domain/values/table/table.js'
import { describeWriteError, LedgerError, promised } from '../calling/errors.js'
import { compared } from './open-file.js'

/** A table that is stored, or why it cannot be told what stands in it. */
export const storedTable = async (
  files: FileStore,
  { digest, size, reference }: ManifestEntry,
): Promise<E.Either<string, ReadTable>> => {
  if (reference !== undefined) return E.left(`it is kept elsewhere: ${reference.uri}`)
  if (!isDigest(digest)) return E.left(`it is stored under ${digest}`)
  if ((size ?? 0) > MOST_OF_A_TABLE)
    return E.left(`it takes ${size} bytes, and tables of at most ${MOST_OF_A_TABLE} are compared`)
  try {
    const chunks: Uint8Array[] = []
    const bytes = await promised(describeWriteError)(files.open('file', digest))
    for await (const chunk of compared(bytes, digest)) chunks.push(chunk)
    return readTable(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    // Of a version whose file is gone or damaged all else can be told.
    if (error instanceof LedgerError && ['file-missing', 'file-damaged'].includes(error.code))
      return E.left(error.message)
    throw error
  }
}
