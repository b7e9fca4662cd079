/** Which ledger it is, whatever it is called and wherever it lies: what belongs together carries the same id. */
import * as t from 'io-ts'
import { text } from '../values/codec.js'
import { nameBasedUuid } from '../values/digest.js'
import type { Ids } from './clock-and-ids.js'

interface LedgerIdBrand {
  readonly LedgerId: unique symbol
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A UUID in small letters. */
export const LedgerId = t.brand(
  text('the id of a ledger, a UUID in small letters', (value) => UUID.test(value)),
  (value): value is t.Branded<string, LedgerIdBrand> => UUID.test(value),
  'LedgerId',
)
export type LedgerId = t.TypeOf<typeof LedgerId>

const made = (...parts: ReadonlyArray<string>): LedgerId => {
  const id = nameBasedUuid('ledger', ...parts)
  if (LedgerId.is(id)) return id
  throw new TypeError(`${id} is no UUID`)
}

/** An id unlike every other, for a ledger without a history. */
export const newLedgerId = (ids: Ids): LedgerId => made('new', ids.next())

/**
 * The id of a ledger that was begun before ledgers had one, by its first event: its copies, backups and exports of
 * that time are the same ledger, wherever they are opened first.
 */
export const ledgerIdOfHistory = ({ stream, id }: { readonly stream: string; readonly id: string }): LedgerId =>
  made('begun by', stream, id)
