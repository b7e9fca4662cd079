/**
 * Reads the first pages of a store, one event each, by a thread that reads ahead, and does nothing more: the iteration is neither
 * ended nor is the store closed. Prints how many pages there were.
 *
 *     node sqlite-reader.js <path> <pages>
 */
import { ORIGIN } from '../../domain/ports/event-store.js'
import { openReadingAhead } from './sqlite-store.js'

const [path = '', wanted = '0'] = process.argv.slice(2)
const store = await openReadingAhead({ path })
const pages = store.readAll(ORIGIN)[Symbol.asyncIterator]()
let read = 0
while (read < Number(wanted) && (await pages.next()).done !== true) read++
console.log(read)
