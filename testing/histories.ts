/** What has happened in a ledger before a test begins: steps, to be put in a row. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type DomainEvent, eventCodecs } from '../domain/events/catalogue.js'
import { codecOf, encodeEvent } from '../domain/events/stored-events.js'
import { Metrics } from '../domain/run/metrics.js'
import { isPlainObject } from '../domain/values/built-ins.js'
import { dictionary, listOf, oneOf, optionsOrThrow, record, rule, text, wholeNumber } from '../domain/values/codec.js'
import { sha256 } from '../domain/values/digest.js'
import { CommandId } from '../domain/values/envelope.js'
import { manifestBuilder } from '../domain/values/manifest/builder.js'
import { type Manifest, type ManifestSummary, manifestText, summarise } from '../domain/values/manifest/manifest.js'
import { RunOutcome } from '../domain/values/names.js'
import { omitUndefined } from '../domain/values/omit-undefined.js'
import { type Category, parseStream } from '../domain/values/stream-names.js'
import {
  describeWriteError,
  type FinishRun,
  type Link,
  type LogArtifact,
  type MoveAlias,
  type StartRun,
  type SummariseRun,
} from '../index.js'
import { ArtifactPath, runFields, VersionText } from '../ledger/calling/input.js'
import { Passing } from './clock-and-ids.js'
import { gather, right } from './results.js'
import type { Step, TestLedger } from './test-ledger.js'

type Codecs = typeof eventCodecs
type Written<Codec> = Codec extends t.Type<infer _Decoded, infer Plain> ? Plain : never
type EventsIn = {
  readonly [Of in Category]: { readonly [Type in keyof Codecs[Of]]: Written<Codecs[Of][Type]> }[keyof Codecs[Of]]
}

/** An event as one writes it, of a kind of stream: `artifact`, `draft`, `model`, `run` or `losses`; of any unless told. */
export type EventInput<C extends Category = Category> = EventsIn[C]

/** One small file, with content that no version has that was logged before. */
const freshContent = async ({ events }: TestLedger): Promise<LogArtifact['content']> => ({
  bytes: `made at ${right(await events.head()())}`,
  as: 'content.txt',
})

/** A manifest of small files, by path: what a command and an event say of it. */
export const manifestOf = (files: Readonly<Record<string, string>>): ManifestSummary =>
  summarise(manifestIn('manifestOf', files))

const Files = dictionary(
  'texts by path: {path: text}',
  t.string,
  text('a text of whole characters', () => true),
  Infinity,
)

const manifestIn = (step: string, given: Readonly<Record<string, string>>): Manifest => {
  const { files } = optionsOrThrow(record(step, { files: Files }), { files: given })
  const builder = manifestBuilder()
  for (const [path, content] of Object.entries(files)) {
    const added = builder.add({ path, digest: sha256(content), size: Buffer.byteLength(content) })
    if (E.isLeft(added)) throw new TypeError(`${step}: files: ${describeWriteError(added.left)}`)
  }
  return builder.build()
}

/** Small files, by path, were stored and a manifest of them, which a command by itself must name: `manifestOf(files)`. */
export const contentStored = (files: Readonly<Record<string, string>>): Step => {
  const manifest = manifestText(manifestIn('contentStored', files))
  const contents = Object.values(files)
  return async ({ files: store }) => {
    for (const content of contents) right(await store.put('file', { bytes: Buffer.from(content) })())
    right(await store.put('manifest', { bytes: Buffer.from(manifest) })())
  }
}

/** Options of a method, which the ledger checks when it is called with them; what the step names by itself is not among them. */
const optionsOf = <Options extends object>(method: string, ...named: ReadonlyArray<string>): t.Type<Options> =>
  rule(
    `an object with options of ${method}, without ${named.join(' and ')}`,
    (value): value is Options => isPlainObject(value) && named.every((name) => Reflect.get(value, name) === undefined),
  )

const VersionsLogged = record('versionsLogged', {
  name: ArtifactPath,
  count: wholeNumber('a number of versions: 0, 1, 2, ...'),
  options: optionsOf<Partial<Omit<LogArtifact, 'name'>>>('logArtifact', 'name'),
})
const VersionLinked = record('versionLinked', {
  options: optionsOf<Partial<Omit<Link, 'version' | 'to'>>>('link', 'version', 'to'),
})
const AliasMoved = record('aliasMoved', {
  options: optionsOf<Partial<Omit<MoveAlias, 'version' | 'alias'>>>('moveAlias', 'version', 'alias'),
})

/** So many versions of an artifact were logged, each with a small file of its own; of the type `model` unless told. */
export const versionsLogged = (name: string, count = 3, options: Partial<Omit<LogArtifact, 'name'>> = {}): Step => {
  const said = optionsOrThrow(VersionsLogged, { name, count, options })
  return async (test) => {
    for (let done = 0; done < said.count; done++)
      await test.ledger.logArtifact({
        type: 'model',
        content: await freshContent(test),
        ...omitUndefined(said.options),
        name,
      })
  }
}

/** A version was linked to a registered model. */
export const versionLinked = (
  version: string,
  to: string,
  options: Partial<Omit<Link, 'version' | 'to'>> = {},
): Step => {
  const said = optionsOrThrow(VersionLinked, { options })
  return ({ ledger }) => ledger.link({ ...said.options, version, to })
}

/** An alias of an artifact or a registered model was moved to a version. */
export const aliasMoved = (
  version: string,
  alias: MoveAlias['alias'],
  options: Partial<Omit<MoveAlias, 'version' | 'alias'>> = {},
): Step => {
  const said = optionsOrThrow(AliasMoved, { options })
  return ({ ledger }) => ledger.moveAlias({ ...said.options, version, alias })
}

export interface RunInput extends Omit<StartRun, 'run'> {
  /** The versions that it used. */
  readonly uses?: ReadonlyArray<string>
  /** The artifacts, of the type `model`, of each of which it logged a version. */
  readonly logs?: ReadonlyArray<string>
  /** Its summary. */
  readonly metrics?: SummariseRun['metrics']
  /** How it ended; `finished` unless told. */
  readonly outcome?: FinishRun['outcome']
}

const RunFields = record(
  'runFinished',
  {},
  {
    uses: listOf(VersionText, 'a list of versions'),
    logs: listOf(ArtifactPath, 'a list of artifacts'),
    metrics: Metrics,
    outcome: RunOutcome,
    ...runFields,
  },
)

/** A run was started, used and logged versions, and ended. */
export const runFinished = (name: string, input: RunInput = {}): Step => {
  const { uses = [], logs = [], metrics, outcome, ...start } = optionsOrThrow(RunFields, input)
  return async (test) => {
    const run = await test.ledger.startRun({ run: name, ...start })
    for (const version of uses) await run.useArtifact(version)
    for (const each of logs) await run.logArtifact({ name: each, type: 'model', content: await freshContent(test) })
    if (metrics !== undefined) await run.summarise(metrics)
    await run.finish(outcome)
  }
}

/**
 * From data to a registered model: the run `train` used the dataset `data` and logged the version `model:v0`, which was linked to
 * `registered` under the alias `production` and used by the run `evaluate`.
 */
export const lineageMade =
  (registered = 'registered'): Step =>
  async (test) => {
    const steps = [
      versionsLogged('data', 1, { type: 'dataset' }),
      runFinished('train', { uses: ['data'], logs: ['model'], metrics: { accuracy: 0.9 } }),
      versionLinked('model', registered, { aliases: ['production'] }),
      runFinished('evaluate', { uses: [`${registered}:production`] }),
    ]
    for (const step of steps) await step(test)
  }

/** Time passed. */
export const timePassed = (milliseconds: number): Step => {
  const passed = optionsOrThrow(TimePassed, { milliseconds })
  return ({ clock }) => clock.advance(passed.milliseconds)
}
const TimePassed = record('timePassed', { milliseconds: Passing })

/** The name of a stream, of which is decoded what kind of stream it is. */
const StreamOf = new t.Type<Category>(
  'the name of a stream, such as artifact-acme/churn/model',
  (value): value is Category => typeof value === 'string' && Object.hasOwn(eventCodecs, value),
  (value, context) => {
    const category = typeof value === 'string' ? parseStream(value)?.category : undefined
    return category === undefined ? t.failure(value, context) : t.success(category)
  },
  (value) => value,
)
const RecordedIn = record('recordedIn', { stream: StreamOf })

const eventsOf = (category: Category): t.Type<ReadonlyArray<DomainEvent>> => {
  const types = oneOf(...Object.keys(eventCodecs[category]))
  const validate = (value: unknown, context: t.Context): t.Validation<DomainEvent> => {
    if (!isPlainObject(value)) return t.failure(value, context)
    const { type } = value
    const codec = typeof type === 'string' ? codecOf(category, type) : undefined
    return codec === undefined
      ? t.failure(type, t.appendContext(context, 'type', types, type))
      : codec.validate(value, context)
  }
  return listOf(
    new t.Type<DomainEvent>(
      'an event: {type, ...}',
      (value): value is DomainEvent => E.isRight(validate(value, [])),
      validate,
      (value) => value,
    ),
  )
}

/**
 * Events were recorded in a stream, as they are written here and by no command: whether they could follow on what was before
 * is nobody's question. The name of a stream is that of docs/reference/events.md, such as `model-acme/model-registry/churn`.
 */
export const recordedIn = <C extends Category>(
  stream: `${C}-${string}`,
  ...events: ReadonlyArray<EventInput<C>>
): Step => {
  const { stream: category } = optionsOrThrow(RecordedIn, { stream })
  const said = optionsOrThrow(record(RecordedIn.name, { events: eventsOf(category) }), { events })
  return async ({ events: store, clock }) => {
    const before = (await gather(store.readStream(stream, 'none'))).flat()
    const metadata = {
      commandId: optionsOrThrow(CommandId, `given ${before.length}`),
      commandDigest: sha256('given'),
      actor: 'anna',
      recordedAt: clock.now().toISOString(),
    }
    const [first, ...rest] = said.events.map((event, index) => right(encodeEvent(stream, index, event, metadata)))
    if (first === undefined) return
    const last = before.at(-1)
    right(await store.append(stream, last === undefined ? 'none' : last.revision, [first, ...rest])())
  }
}
