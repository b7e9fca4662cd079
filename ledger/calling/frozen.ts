import { isPlainObject } from '../../domain/values/built-ins.js'

/** Plain data, frozen to its depths. What is frozen already is done, for its parts were frozen with it. */
export const frozen = <A>(value: A): A => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // Pages of answers pass here: a loop that asks of each member no more than it must is twice as fast as one that does.
  if (Array.isArray(value)) {
    Object.freeze(value)
    for (const item of value) if (typeof item === 'object' && item !== null) frozen(item)
  } else if (isPlainObject(value)) {
    Object.freeze(value)
    for (const key in value) {
      const member = value[key]
      if (typeof member === 'object' && member !== null) frozen(member)
    }
  }
  return value
}
