/** Metrics in the text format of Prometheus, made of what the ledger publishes on its channels. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
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
  const commands = (message: unknown): void => {
    const { type, outcome, duration = 0, error } = message as CommandMessage
    const labels = { type: `${type}`, outcome: `${outcome}`, error: error?.code ?? '' } // words of the library alone: few series
    add('commands_total', labels, 1)
    add('command_seconds_total', labels, duration / 1000)
  }
  const appends = (message: unknown): void => {
    const { events, error } = message as AppendMessage
    if (error === undefined) add('events_total', {}, events)
  }
  subscribe(doneOn(channels.command), commands)
  subscribe(doneOn(channels.append), appends)
  return {
    text: () => [...series].map(([key, value]) => `${key} ${value}\n`).join(''),
    stop: () => {
      unsubscribe(doneOn(channels.command), commands)
      unsubscribe(doneOn(channels.append), appends)
    },
  }
}

/** Where a tracing channel tells what is done. */
const doneOn = (channel: string): string => `tracing:${channel}:asyncEnd`
