/** RFC 7396: a JSON value over another one. Objects are merged member by member, `null` takes a member away, all else replaces. */
import type { Json, JsonObject } from './json.js'

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const mergePatch = (target: Json | undefined, patch: JsonObject): JsonObject => {
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, isObject(value) ? mergePatch(merged.get(key), value) : value)
  }
  return Object.fromEntries(merged)
}
