/** Event stores that cannot be followed, or do not close. */
import * as E from 'fp-ts/lib/Either.js'
import { type EventStoreFault, later, mapped } from './fault.js'

export const brokenFollowing: Readonly<Record<string, EventStoreFault>> = {
  'gives the head of some time ago': {
    of: ({ append, head }) => {
      let known = head()()
      return {
        append: (stream, expected, events) => async () => {
          known = head()()
          return append(stream, expected, events)()
        },
        head: () => () => known,
      }
    },
    noticedBy: ['gives the position of the last event as head'],
  },
  'ends a subscription at the present end': {
    of: ({ readAll }) => ({ subscribe: readAll }),
    noticedBy: ['subscribes to what is there and then to what comes'],
  },
  'subscribes to what comes only': {
    of: ({ head, subscribe }) => ({
      subscribe: async function* (after, signal) {
        const now = await head()()
        yield* subscribe(E.isRight(now) ? now.right : after, signal)
      },
    }),
    noticedBy: ['subscribes to what is there and then to what comes', 'subscribes after a position, exclusively'],
  },
  'gives a page twice': {
    of: ({ subscribe }) => ({
      subscribe: async function* (after, signal) {
        for await (const page of subscribe(after, signal)) {
          yield page
          if (page.some(({ revision }) => revision === 20)) yield page
        }
      },
    }),
    noticedBy: ['gives a subscriber each event once, in order, while others append'],
  },
  'drops what a slow subscriber has not taken': {
    of: ({ append, subscribe }) => {
      let appended = 0
      return {
        append: (stream, expected, events) => {
          appended += events.length
          return append(stream, expected, events)
        },
        subscribe: async function* (after, signal) {
          for await (const page of subscribe(after, signal)) {
            const before = appended
            yield page
            if (appended > before + 1000) return
          }
        },
      }
    },
    noticedBy: ['holds up nobody for a slow subscriber, and keeps everything for it'],
  },
  'does not listen to the signal': {
    of: ({ subscribe }) => ({ subscribe: (after) => subscribe(after) }),
    noticedBy: ['ends a subscription without an error when its signal aborts'],
  },
  'takes no return while it waits': {
    of: ({ subscribe }) => ({
      subscribe: async function* (after, signal) {
        yield* mapped(subscribe(after, signal), (event) => event)
      },
    }),
    noticedBy: ['ends a subscription when the caller returns, also while it waits'],
  },
  'gives a lock to two': {
    of: () => ({ lock: () => async () => E.right({ release: async () => undefined }) }),
    noticedBy: ['gives a lock to one at a time, where it has locks'],
  },
  'never gives a lock again': {
    of: () => {
      const taken = new Set<string>()
      return {
        lock: (name) => async () =>
          E.right(taken.size === taken.add(name).size ? undefined : { release: async () => undefined }),
      }
    },
    noticedBy: ['gives a lock to one at a time, where it has locks'],
  },
  'closes over the appends under way': {
    of: ({ append, close }) => ({
      append: (stream, expected, events) => async () => {
        await later(20)
        return append(stream, expected, events)()
      },
      close,
    }),
    noticedBy: ['finishes the appends under way before it closes'],
  },
  'never closes': {
    of: () => ({ close: async () => undefined }),
    noticedBy: ['says that it is closed to whoever uses it afterwards'],
  },
}
