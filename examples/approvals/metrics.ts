/** Metrics in the text format of Prometheus, made of what the ledger publishes on its channels. */
import { tracingChannel } from 'node:diagnostics_channel'
import { type AppendMessage, type CommandMessage, channels } from 'model-ledger'

export interface Metrics {
  readonly text: () => string
  readonly stop: () => void
}

/** Of all ledgers in this process, from now on. */
export const watchLedgers = (): Metrics => {
  const series = new Map<string, number>()
  const add = (name: string, labels: Record<string, string>, value: number): void => {
    const key = `model_ledger_${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`
    series.set(key, (series.get(key) ?? 0) + value)
  }
  const commands = {
    ...IGNORE,
    asyncEnd: ({ type, outcome, duration = 0, error }: CommandMessage) => {
      const labels = { type: `${type}`, outcome: `${outcome}`, error: error?.code ?? '' } // words of the library alone: few series
      add('commands_total', labels, 1)
      add('command_seconds_total', labels, duration / 1000)
    },
  }
  const appends = {
    ...IGNORE,
    asyncEnd: ({ events, error }: AppendMessage) => {
      if (error === undefined) add('events_total', {}, events)
    },
  }
  const [ofCommands, ofAppends] = [
    tracingChannel<unknown, CommandMessage>(channels.command),
    tracingChannel<unknown, AppendMessage>(channels.append),
  ]
  ofCommands.subscribe(commands)
  ofAppends.subscribe(appends)
  return {
    text: () => [...series].map(([key, value]) => `${key} ${value}\n`).join(''),
    stop: () => {
      ofCommands.unsubscribe(commands)
      ofAppends.unsubscribe(appends)
    },
  }
}

const nothing = (): void => undefined
const IGNORE = { start: nothing, end: nothing, asyncStart: nothing, error: nothing }
