/** Names as people are shown them. */
import { nameWritten } from '../../domain/values/new-names.js'

/** Names in a row, each as it can be told from others. */
export const names = (all: ReadonlyArray<string>): string => all.map(nameWritten).join(', ')
