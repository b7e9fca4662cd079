/** Values as one writes them in a test. */
import type * as t from 'io-ts'
import type { JsonObject } from '../domain/values/json.js'

/** With plain numbers and texts in place of brands. */
export type Plain<A> =
  A extends t.Brand<infer _Brand>
    ? A extends number
      ? number
      : string
    : A extends string | number | boolean | null | undefined
      ? A
      : [JsonObject, string] extends [A, keyof A]
        ? A
        : { readonly [Member in keyof A]: Plain<A[Member]> }

/** Some of its members, to its depths; of a list all items, and some members of each. */
export type Part<A> =
  A extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Part<Item>>
    : A extends
          | string
          | number
          | boolean
          | null
          | undefined
          | Date
          | ReadonlyMap<unknown, unknown>
          | ReadonlySet<unknown>
          | Uint8Array
      ? A
      : { readonly [Member in keyof A]?: Part<A[Member]> | undefined }
