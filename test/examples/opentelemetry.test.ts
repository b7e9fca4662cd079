import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchLedgers } from '../../examples/opentelemetry/bridge.js'
import type { Ledger } from '../../index.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

describe('the bridge to OpenTelemetry', () => {
  const spans = new InMemorySpanExporter()
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  const tracer = tracers.getTracer('test')
  let metrics: InMemoryMetricExporter
  let meters: MeterProvider
  let ledger: Ledger
  let end: () => void

  beforeEach(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: metrics })] })
    end = watchLedgers({ tracer, meter: meters.getMeter('test'), system: 'sqlite' })
    ledger = (await memoryLedger()).ledger
  })
  afterEach(async () => {
    end()
    await ledger.close()
    await meters.shutdown()
    spans.reset()
    context.disable()
  })

  const inRequest = async (name: string, work: () => Promise<unknown>) => {
    const request = tracer.startSpan(name, { kind: SpanKind.SERVER })
    await context.with(trace.setSpan(context.active(), request), work).catch(() => undefined)
    request.end()
  }
  const finished = () => spans.getFinishedSpans()
  const named = (name: string) => finished().filter((span) => span.name === name)
  const log = (name: string) => ledger.logArtifact({ name, type: 'model', content: text(name) })

  it('makes a span of each command, a child of that of the request, also where many share a round', async () => {
    await log('cats')
    spans.reset()
    const tags = Array.from({ length: 8 }, (_, index) => `t${index}`)
    await Promise.all(
      tags.map((tag) => inRequest(`request ${tag}`, () => ledger.tag({ version: 'cats:v0', tags: [tag] }))),
    )
    expect(named('TagArtifactVersion')).toHaveLength(8)
    const requests = tags.flatMap((tag) => named(`request ${tag}`).map((span) => span.spanContext().spanId))
    expect(
      named('TagArtifactVersion')
        .map((span) => span.parentSpanContext?.spanId)
        .sort(),
    ).toEqual(requests.sort())
    expect(named('TagArtifactVersion')[0]).toMatchObject({
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'model_ledger.command.type': 'TagArtifactVersion',
        'model_ledger.stream.category': 'artifact',
        'model_ledger.outcome': 'changed',
        'model_ledger.attempts': 1,
      },
    })
  })

  it('says of a refusal which, and calls it no error', async () => {
    await inRequest('request', () => ledger.summariseRun({ run: 'none', metrics: { loss: 1 } }))
    expect(named('SummariseRun')).toMatchObject([
      {
        attributes: { 'error.type': 'run-not-found', 'model_ledger.outcome': 'failed' },
        status: { code: SpanStatusCode.UNSET },
      },
    ])
    await ledger.close()
    await inRequest('request', () => ledger.startRun())
    expect(named('StartRun')).toMatchObject([
      { attributes: { 'error.type': 'closed' }, status: { code: SpanStatusCode.ERROR } },
    ])
  })

  it('measures in seconds, by the conventions where there are some', async () => {
    await log('cats')
    await ledger.resolve('cats')
    await meters.forceFlush()
    const all = metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    const points = (name: string) => all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
    const unit = (name: string) => all.find(({ descriptor }) => descriptor.name === name)?.descriptor.unit
    expect(unit('model_ledger.command.duration')).toBe('s')
    expect(points('model_ledger.command.duration')).toMatchObject([
      { attributes: { 'model_ledger.command.type': 'LogArtifactVersion', 'model_ledger.outcome': 'changed' } },
    ])
    const [point] = points('model_ledger.command.duration')
    expect(point?.value).toMatchObject({ count: 1, sum: expect.any(Number) })
    const operations = points('db.client.operation.duration').map(({ attributes }) => attributes)
    expect(operations).toContainEqual({ 'db.system.name': 'sqlite', 'db.operation.name': 'append' })
    expect(operations).toContainEqual({ 'db.system.name': 'sqlite', 'db.operation.name': 'read head' })
    expect(points('model_ledger.command.step.duration').map(({ attributes }) => attributes)).toEqual(
      ['queue', 'load', 'gather', 'decide', 'append'].map((step) => ({ 'model_ledger.step': step })),
    )
    expect(points('model_ledger.events')).toMatchObject([
      { value: 3, attributes: { 'model_ledger.stream.category': 'artifact' } },
    ])
    expect(points('model_ledger.catch_up.events')).toMatchObject([{ value: { count: 1, sum: 3 } }])
    expect(points('model_ledger.file.io')).toContainEqual(expect.objectContaining({ value: 4 }))
  })

  it('hears nothing any more when it is ended', async () => {
    end()
    await log('cats')
    expect(finished()).toEqual([])
  })
})
