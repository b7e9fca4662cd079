/** What has happened in a ledger before a test begins: steps, to be put in a row. */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { eventCodecs } from '../domain/events/catalogue.js'
import { codecOf, encodeEvent, problemsText } from '../domain/events/stored-events.js'
import { decodeWith, optionsOrThrow } from '../domain/values/codec.js'
import { sha256 } from '../domain/values/digest.js'
import { CommandId } from '../domain/values/envelope.js'
import { manifestBuilder } from '../domain/values/manifest/builder.js'
import { type Manifest, type ManifestSummary, manifestText, summarise } from '../domain/values/manifest/manifest.js'
import { type Category, parseStream } from '../domain/values/stream-names.js'
import type { FinishRun, Link, LogArtifact, MoveAlias, StartRun, SummariseRun } from '../index.js'
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
export const manifestOf = (files: Readonly<Record<string, string>>): ManifestSummary => summarise(manifestIn(files))

const manifestIn = (files: Readonly<Record<string, string>>): Manifest => {
  const builder = manifestBuilder()
  for (const [path, text] of Object.entries(files))
    right(builder.add({ path, digest: sha256(text), size: Buffer.byteLength(text) }))
  return builder.build()
}

/** Small files, by path, were stored and a manifest of them, which a command by itself must name: `manifestOf(files)`. */
export const contentStored =
  (files: Readonly<Record<string, string>>): Step =>
  async ({ files: store }) => {
    for (const text of Object.values(files)) right(await store.put('file', { bytes: Buffer.from(text) })())
    right(await store.put('manifest', { bytes: Buffer.from(manifestText(manifestIn(files))) })())
  }

/** So many versions of an artifact were logged, each with a small file of its own; of the type `model` unless told. */
export const versionsLogged =
  (name: string, count = 3, options: Partial<Omit<LogArtifact, 'name'>> = {}): Step =>
  async (test) => {
    for (let done = 0; done < count; done++)
      await test.ledger.logArtifact({ name, type: 'model', content: await freshContent(test), ...options })
  }

/** A version was linked to a registered model. */
export const versionLinked =
  (version: string, to: string, options: Partial<Omit<Link, 'version' | 'to'>> = {}): Step =>
  ({ ledger }) =>
    ledger.link({ version, to, ...options })

/** An alias of an artifact or a registered model was moved to a version. */
export const aliasMoved =
  (version: string, alias: MoveAlias['alias'], options: Partial<Omit<MoveAlias, 'version' | 'alias'>> = {}): Step =>
  ({ ledger }) =>
    ledger.moveAlias({ version, alias, ...options })

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

/** A run was started, used and logged versions, and ended. */
export const runFinished =
  (name: string, { uses = [], logs = [], metrics, outcome, ...start }: RunInput = {}): Step =>
  async (test) => {
    const run = await test.ledger.startRun({ run: name, ...start })
    for (const version of uses) await run.useArtifact(version)
    for (const each of logs) await run.logArtifact({ name: each, type: 'model', content: await freshContent(test) })
    if (metrics !== undefined) await run.summarise(metrics)
    await run.finish(outcome)
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
export const timePassed =
  (milliseconds: number): Step =>
  ({ clock }) =>
    clock.advance(milliseconds)

/**
 * Events were recorded in a stream, as they are written here and by no command: whether they could follow on what was before
 * is nobody's question. The name of a stream is that of docs/reference/events.md, such as `model-acme/model-registry/churn`.
 */
export const recordedIn =
  <C extends Category>(stream: `${C}-${string}`, ...events: ReadonlyArray<EventInput<C>>): Step =>
  async ({ events: store, clock }) => {
    const category = parseStream(stream)?.category
    if (category === undefined) throw new TypeError(`expected the name of a stream, got ${stream}`)
    const before = (await gather(store.readStream(stream, 'none'))).flat()
    const metadata = {
      commandId: optionsOrThrow(CommandId, `given ${before.length}`),
      commandDigest: sha256('given'),
      actor: 'anna',
      recordedAt: clock.now().toISOString(),
    }
    const written: ReadonlyArray<EventInput> = events
    const [first, ...rest] = written.map((event, index) => {
      const codec = codecOf(category, event.type)
      if (codec === undefined) throw new TypeError(`${stream} holds no ${event.type}`)
      const decoded = decodeWith(codec)(event)
      if (E.isLeft(decoded)) throw new TypeError(problemsText(event.type, decoded.left))
      return right(encodeEvent(stream, index, decoded.right, metadata))
    })
    if (first === undefined) return
    const last = before.at(-1)
    right(await store.append(stream, last === undefined ? 'none' : last.revision, [first, ...rest])())
  }
