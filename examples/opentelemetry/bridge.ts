/** Spans and metrics of OpenTelemetry, made of what a ledger publishes on its channels. */
import { type TracingChannelSubscribers, tracingChannel } from 'node:diagnostics_channel'
import {
  type Attributes,
  context,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api'
import { type ChannelMessages, channels, type Watched } from 'model-ledger'

export interface Bridge {
  readonly tracer: Tracer
  readonly meter: Meter
  /** `db.system.name` of the event store: `sqlite`, or `eventstoredb`. */
  readonly system: string
}

/** A span around each command, a child of the caller's, and metrics of all ledgers of this process; answers what ends it. */
export const watchLedgers = ({ tracer, meter, system }: Bridge): (() => void) => {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries: BOUNDARIES } })
  const commands = seconds('model_ledger.command.duration', 'How long commands take, until they are durable.')
  const steps = seconds('model_ledger.command.step.duration', 'How long commands are in each of their steps.')
  const operations = seconds('db.client.operation.duration', 'How long the event store takes.')
  const appended = meter.createCounter('model_ledger.events', { unit: '{event}', description: 'Events appended.' })
  const folded = meter.createHistogram('model_ledger.catch_up.events', {
    unit: '{event}',
    description: 'How many events read models were behind.',
  })
  const files = meter.createCounter('model_ledger.file.io', { unit: 'By', description: 'Bytes of files.' })
  const spans = new WeakMap<object, Span>()

  const ends = [
    on('command', {
      start: (message) => {
        // Published in the context of the caller: the span of its request is the parent.
        const name = message.type ?? 'command'
        spans.set(message, tracer.startSpan(name, { kind: SpanKind.INTERNAL }, context.active()))
      },
      asyncEnd: (message) => {
        const { type, category, outcome, attempts, error } = message
        const attributes: Attributes = {
          ...(type === null ? {} : { 'model_ledger.command.type': type }),
          ...(category === undefined ? {} : { 'model_ledger.stream.category': category }),
          ...(outcome === undefined ? {} : { 'model_ledger.outcome': outcome }),
          ...errorOf(message),
        }
        commands.record(secondsOf(message), attributes)
        for (const [step, milliseconds] of Object.entries(message.steps ?? {})) {
          steps.record(milliseconds / 1000, { 'model_ledger.step': step })
        }
        const span = spans.get(message)
        span?.setAttributes({ ...attributes, 'model_ledger.attempts': attempts ?? 0 })
        // What the caller asked for and may not have is no error of the ledger's.
        if (error !== undefined && !OF_CALLERS.has(error.category)) span?.setStatus({ code: SpanStatusCode.ERROR })
        span?.end()
      },
    }),
    on('append', {
      asyncEnd: (message) => {
        const operation = { 'db.system.name': system, 'db.operation.name': 'append', ...errorOf(message) }
        operations.record(secondsOf(message), operation)
        if (message.error === undefined)
          appended.add(message.events, { 'model_ledger.stream.category': message.category ?? '' })
      },
    }),
    on('read', {
      asyncEnd: (message) => {
        const operation = { 'db.system.name': system, 'db.operation.name': `read ${message.of}`, ...errorOf(message) }
        operations.record(secondsOf(message), operation)
      },
    }),
    on('catchUp', {
      asyncEnd: ({ readModels, events = 0 }) => folded.record(events, { 'model_ledger.read_models': [...readModels] }),
    }),
    on('file', {
      asyncEnd: ({ operation, kind, bytes = 0 }) =>
        files.add(bytes, { 'model_ledger.file.operation': operation, 'model_ledger.file.kind': kind }),
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** In seconds, as the conventions for `db.client.operation.duration` advise. */
const BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
const OF_CALLERS = new Set(['invalid', 'refused', 'conflict', 'not-found'])

const secondsOf = ({ duration = 0 }: Watched): number => duration / 1000

const errorOf = ({ error }: Watched): Attributes => (error === undefined ? {} : { 'error.type': error.code })

type Subscribers<M extends object> = TracingChannelSubscribers<M>

/** Subscribes to a channel, by the two of its events that matter here. */
const on = <N extends keyof ChannelMessages>(
  name: N,
  {
    start = nothing,
    asyncEnd,
  }: Partial<Pick<Subscribers<ChannelMessages[N]>, 'start'>> & Pick<Subscribers<ChannelMessages[N]>, 'asyncEnd'>,
): (() => void) => {
  const channel = tracingChannel<unknown, ChannelMessages[N]>(channels[name])
  const subscribers = { start, end: nothing, asyncStart: nothing, asyncEnd, error: nothing }
  channel.subscribe(subscribers)
  return () => channel.unsubscribe(subscribers)
}

const nothing = (): void => undefined
