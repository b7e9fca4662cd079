/** The rows on a page of a table (https://www.sqlite.org/fileformat2.html#b_tree_pages), without SQLite. */

export interface Rows {
  /** Of each of them. */
  readonly columns: number
  /** By row number, as it stands on the page. */
  readonly bytes: ReadonlyMap<number, Buffer>
}

const LEAF_OF_TABLE = 0x0d
const PAGE_HEADER_BYTES = 8

/** Nothing of a page that is none of a table, or holds what is none of its rows. */
export const rowsOn = (page: Buffer): Rows | undefined => {
  if (page[0] !== LEAF_OF_TABLE) return undefined
  const bytes = new Map<number, Buffer>()
  let columns = 0
  try {
    const count = page.readUInt16BE(3)
    for (let cell = 0; cell < count; cell++) {
      const at = page.readUInt16BE(PAGE_HEADER_BYTES + 2 * cell)
      const length = numberAt(page, at)
      const row = numberAt(page, length.end)
      const own = columnsAt(page, row.end)
      if (cell > 0 && own !== columns) return undefined
      columns = own
      bytes.set(row.value, page.subarray(at, row.end + onPage(length.value, page.length)))
    }
  } catch {
    return undefined
  }
  return columns === 0 ? undefined : { columns, bytes }
}

/** How much of a row stands on its page, with the number of the page where it goes on. */
const onPage = (length: number, pageSize: number): number => {
  const most = pageSize - 35
  if (length <= most) return length
  const least = Math.floor(((pageSize - 12) * 32) / 255) - 23
  const some = least + ((length - least) % (pageSize - 4))
  return (some <= most ? some : least) + 4
}

const columnsAt = (page: Buffer, at: number): number => {
  const header = numberAt(page, at)
  let columns = 0
  for (let next = header.end; next < at + header.value; next = numberAt(page, next).end) columns += 1
  return columns
}

/** Seven bits a byte, as long as the highest says that there is more; of the ninth all eight. */
const numberAt = (page: Buffer, at: number): { readonly value: number; readonly end: number } => {
  let value = 0
  for (let byte = 0; byte < 8; byte++) {
    const bits = page.readUInt8(at + byte)
    value = value * 128 + (bits & 127)
    if (bits < 128) return { value, end: at + byte + 1 }
  }
  return { value: value * 256 + page.readUInt8(at + 8), end: at + 9 }
}
