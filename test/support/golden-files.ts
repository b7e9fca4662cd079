/** Events as they were stored once, which are to be read for ever. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as t from 'io-ts'
import { right } from './domain-ledger.js'

/** An event as it was stored once, and its leaf hash. */
const Golden = t.strict({
  stream: t.string,
  revision: t.number,
  id: t.string,
  type: t.string,
  data: t.string,
  metadata: t.string,
  leafHash: t.string,
})

export interface Golden extends t.TypeOf<typeof Golden> {
  readonly file: string
  /** The schema version that it was written in. */
  readonly schema: number
}

export const goldenFolder = join(process.cwd(), 'test', 'golden')

/** All that there are, by the names of their files. */
export const goldens = (): ReadonlyArray<Golden> =>
  readdirSync(goldenFolder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const golden = right(Golden.decode(JSON.parse(readFileSync(join(goldenFolder, file), 'utf8'))))
      return { ...golden, file, schema: JSON.parse(golden.metadata).schema }
    })

export const membersOf = ({ data }: { readonly data: string }): ReadonlyArray<string> => Object.keys(JSON.parse(data))
