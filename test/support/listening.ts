import { type TracingChannelSubscribers, tracingChannel } from 'node:diagnostics_channel'
import { type ChannelMessages, channels } from '../../index.js'

/** One publication, and the message as it was then. */
export interface Heard {
  readonly channel: keyof ChannelMessages
  readonly at: keyof TracingChannelSubscribers<object>
  readonly message: object
}

/** What is published on every channel while `work` is done. */
export const listening = async (work: () => Promise<unknown>): Promise<ReadonlyArray<Heard>> => {
  const heard: Heard[] = []
  const stops = Object.entries(channels).map(([name, channel]) => {
    const note =
      (at: Heard['at']) =>
      (message: object): void => {
        if (isName(name)) heard.push({ channel: name, at, message: { ...message } })
      }
    const tracing = tracingChannel<unknown, object>(channel)
    const subscribers = {
      start: note('start'),
      end: note('end'),
      asyncStart: note('asyncStart'),
      asyncEnd: note('asyncEnd'),
      error: note('error'),
    }
    tracing.subscribe(subscribers)
    return () => tracing.unsubscribe(subscribers)
  })
  try {
    await work()
  } finally {
    for (const stop of stops) stop()
  }
  return heard
}

const isName = (name: string): name is keyof ChannelMessages => Object.hasOwn(channels, name)

/** The messages of one channel, as they are at their end. */
export const endsOf = (heard: ReadonlyArray<Heard>, channel: keyof ChannelMessages): ReadonlyArray<object> =>
  heard.filter((each) => each.channel === channel && each.at === 'asyncEnd').map(({ message }) => message)
