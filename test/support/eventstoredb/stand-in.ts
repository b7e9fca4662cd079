/**
 * A stand-in for EventStoreDB, in this process: the gRPC services that the client calls, over the client
 * package's own generated stubs, with switches for what goes wrong in a network.
 *
 * What it proves: what the adapter does, and that nothing is lost or doubled by it, when connections break,
 * replies vanish, servers stall and leaders change. Its answers follow the server's source (v23.10 to v26.1):
 * revision checks and idempotence, positions, `$` events, links, errors and their trailers.
 * What it does not prove: anything about the server. It keeps nothing on a disk, its nodes share one log, so
 * replication and elections do not happen, and it knows only what the adapter uses.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import gossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import gossip from '@eventstore/db-client/generated/gossip_pb.js'
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { Gate } from './gate.js'
import { type Expected, Log, type Proposed, type RecordedBy } from './log.js'

/** What happens to one append. Each fault is used up by one call. */
export type AppendFault =
  | 'none'
  | 'drop-before-commit'
  | 'drop-after-commit'
  | 'swallow-request'
  | 'swallow-reply'
  | 'commit-timeout'
  | 'not-leader'
  | 'not-ready'
  | 'wrong-expected'
  /** Somebody soft-deletes the stream just before. */
  | 'delete-before-commit'
  | { readonly slow: number }
  /** The first message says where to append, each of the others is an event. */
  | { readonly dropAfterMessages: number }

/** What happens to one read or one subscription. `after` counts the events that get through before. */
export type ReadFault =
  | 'not-leader'
  | { readonly drop: 'connection' | 'call'; readonly after: number }
  | { readonly silent: true; readonly after: number }
  /** Each event is sent twice. */
  | 'duplicate'

export interface Login {
  readonly username: string
  readonly password: string
}

export interface StandInOptions {
  /** More than one makes a cluster: found by gossip, one of them the leader, all on one log. */
  readonly nodes?: number
  /** Makes the server speak TLS, and ask for this user and, if `clientCertificate`, for a certificate too. */
  readonly secured?: {
    readonly key: Buffer
    readonly certificate: Buffer
    readonly login?: Login
    /** A user that the server knows, and that has no rights. */
    readonly powerless?: Login
    readonly clientCertificate?: boolean
  }
  readonly version?: string
  readonly maxAppendSize?: number
}

export class StandIn {
  readonly log = new Log()
  readonly faults = { append: [] as AppendFault[], read: [] as ReadFault[], subscription: [] as ReadFault[] }
  /** How often each was called, how many subscriptions have ended, and how many events went out by them. */
  readonly seen = { append: 0, batchAppend: 0, read: 0, subscription: 0, ended: 0, pushed: 0 }
  readonly nodes: ReadonlyArray<Node>
  leader = 0

  readonly options: StandInOptions

  private constructor(options: StandInOptions) {
    this.options = options
    this.nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => new Node(this, index))
  }

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const standIn = new StandIn(options)
    await standIn.accept()
    return standIn
  }

  /** `esdb://127.0.0.1:port?tls=false`, or all hosts of a cluster. */
  connectionString(login = ''): string {
    const hosts = this.nodes.map(({ gate }) => `${this.host}:${gate.port}`)
    return `esdb://${login}${hosts.join(',')}?${this.options.secured === undefined ? 'tls=false' : 'tls=true'}`
  }

  get host(): string {
    return this.options.secured === undefined ? '127.0.0.1' : 'localhost'
  }

  async accept(): Promise<void> {
    await Promise.all(this.nodes.map(({ gate }) => gate.accept()))
  }

  async refuse(): Promise<void> {
    await Promise.all(this.nodes.map(({ gate }) => gate.refuse()))
  }

  cut(): void {
    for (const { gate } of this.nodes) gate.cut()
  }

  async stop(): Promise<void> {
    await this.refuse()
    for (const { server } of this.nodes) server.forceShutdown()
  }
}

class Node {
  readonly server = new Server()
  readonly gate: Gate

  private readonly standIn: StandIn
  private readonly index: number

  constructor(standIn: StandIn, index: number) {
    this.standIn = standIn
    this.index = index
    const injector = this.server.createConnectionInjector(this.credentials())
    this.gate = new Gate((socket) => injector.injectConnection(socket))
    this.server.addService(streamServices.StreamsService, {
      append: this.append,
      read: this.read,
      batchAppend: this.batchAppend,
      delete: unimplemented,
      tombstone: unimplemented,
    })
    this.server.addService(featureServices.ServerFeaturesService, { getSupportedMethods: this.supportedMethods })
    this.server.addService(gossipServices.GossipService, { read: this.members })
  }

  private credentials(): ServerCredentials {
    const { secured } = this.standIn.options
    if (secured === undefined) return ServerCredentials.createInsecure()
    const pair = { private_key: secured.key, cert_chain: secured.certificate }
    return ServerCredentials.createSsl(secured.certificate, [pair], secured.clientCertificate ?? false)
  }

  private readonly append: handleClientStreamingCall<streams.AppendReq, streams.AppendResp> = (call, callback) => {
    const requests: streams.AppendReq[] = []
    const fault = this.standIn.faults.append.shift()
    this.standIn.seen.append += 1
    call.on('data', (request: streams.AppendReq) => {
      requests.push(request)
      if (typeof fault === 'object' && 'dropAfterMessages' in fault && requests.length === fault.dropAfterMessages) {
        this.gate.cut(call.getPeer())
      }
    })
    call.on('end', async () => {
      // Cut off in the middle, which is known a turn later: what came so far is not taken for the whole.
      await nextTurn()
      if (call.cancelled) return
      if (typeof fault === 'object' && 'slow' in fault) await delay(fault.slow)
      const answer = this.refusal(call.metadata, fault === 'not-leader') ?? this.answerTo(requests, fault)
      if (answer === 'cut') this.gate.cut(call.getPeer())
      else if (answer instanceof streams.AppendResp) callback(null, answer)
      else if (answer !== 'silence') callback(answer)
    })
  }

  private answerTo(
    [header, ...messages]: ReadonlyArray<streams.AppendReq>,
    fault: AppendFault | undefined,
  ): streams.AppendResp | Failure | 'cut' | 'silence' {
    const options = header?.getOptions()
    if (options === undefined) return failure(status.UNKNOWN, 'the first message has no options')
    const events = messages.map(proposed)
    const limit = this.standIn.options.maxAppendSize ?? 1024 * 1024
    if (events.reduce((sum, event) => sum + sizeOnDisk(event), 0) > limit) return tooBig(limit)
    if (fault === 'not-ready') return failure(status.UNAVAILABLE, 'Server Is Not Ready')
    if (fault === 'wrong-expected') return wrongExpected('no_stream')
    if (fault === 'drop-before-commit') return 'cut'
    if (fault === 'swallow-request') return 'silence'
    const [name, expected] = [nameOf(options.getStreamIdentifier()), expectedOf(options)]
    if (expected === 'any') return failure(status.INVALID_ARGUMENT, 'the stand-in takes no append with "any"')
    if (fault === 'delete-before-commit') this.standIn.log.softDelete(name)
    const written = this.standIn.log.append(name, expected, events)
    if (fault === 'drop-after-commit') return 'cut'
    if (fault === 'swallow-reply') return 'silence'
    if (fault === 'commit-timeout') return failure(status.ABORTED, 'Operation timed out: Commit phase timeout.')
    if (written._tag === 'tombstoned') return streamDeleted(name)
    return written._tag === 'appended' ? appended(written) : wrongExpected(written.current)
  }

  /** Announced, as by the server, and never used by the adapter: docs/adr/0004 says why. */
  private readonly batchAppend: handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp> = (call) => {
    this.standIn.seen.batchAppend += 1
    call.emit('error', failure(status.UNIMPLEMENTED, 'the stand-in knows no BatchAppend'))
  }

  private readonly read: handleServerStreamingCall<streams.ReadReq, streams.ReadResp> = async (call) => {
    const { seen, faults, log } = this.standIn
    const options = call.request.getOptions()
    if (options === undefined) {
      call.emit('error', failure(status.INVALID_ARGUMENT, 'no options'))
      return
    }
    const live = options.hasSubscription()
    const fault = (live ? faults.subscription : faults.read).shift()
    seen[live ? 'subscription' : 'read'] += 1
    const refusal = this.refusal(call.metadata, fault === 'not-leader')
    if (refusal !== undefined) {
      call.emit('error', refusal)
      return
    }
    let through = 0
    const endedAt = new Promise<void>((resolve) => call.once('cancelled', resolve))
    const send = async (response: streams.ReadResp): Promise<void> => {
      if (call.cancelled || call.destroyed || call.write(response)) return
      await Promise.race([endedAt, new Promise((resolve) => call.once('drain', resolve))])
    }
    /** Sends one event; false where the fault ends it all. */
    const sendEvent = async (event: RecordedBy): Promise<boolean> => {
      if (typeof fault === 'object' && through === fault.after) {
        if ('silent' in fault) return false
        if (fault.drop === 'connection') this.gate.cut(call.getPeer())
        else call.emit('error', failure(status.ABORTED, 'Operation timed out: read'))
        return false
      }
      through += 1
      await send(new streams.ReadResp().setEvent(decodeShape(event)))
      if (fault === 'duplicate') await send(new streams.ReadResp().setEvent(decodeShape(event)))
      return !call.cancelled
    }

    if (!live) {
      const events = page(log, options)
      if (events === 'tombstoned') {
        call.emit('error', streamDeleted(nameOf(options.getStream()?.getStreamIdentifier())))
        return
      }
      if (events === undefined) await send(notFound(options))
      for (const event of events ?? []) if (!(await sendEvent(event))) return
      call.end()
      return
    }
    void endedAt.then(() => {
      seen.ended += 1
    })
    if (typeof fault === 'object' && 'silent' in fault && fault.after === 0) return
    const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID())
    await send(new streams.ReadResp().setConfirmation(confirmation))
    let next = startOf(log, options)
    let caughtUp = false
    while (!call.cancelled) {
      for (let event = log.all[next]; event !== undefined; event = log.all[next]) {
        next += 1
        if (!wanted(event, options)) continue
        if (!(await sendEvent(event))) return
        seen.pushed += 1
      }
      if (!caughtUp) await send(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()))
      caughtUp = true
      await Promise.race([endedAt, log.grownCapacity(next)])
    }
  }

  private readonly supportedMethods: handleUnaryCall<shared.Empty, features.SupportedMethods> = (_call, callback) => {
    const methods = ['append', 'batchappend', 'read'].map((name) =>
      new features.SupportedMethod().setMethodName(name).setServiceName('event_store.client.streams.streams'),
    )
    const version = this.standIn.options.version ?? '23.10.1'
    callback(null, new features.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion(version))
  }

  private readonly members: handleUnaryCall<shared.Empty, gossip.ClusterInfo> = (_call, callback) => {
    const members = this.standIn.nodes.map(({ gate }, index) => {
      const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState
      return new gossip.MemberInfo()
        .setInstanceId(new shared.UUID().setString(randomUUID()))
        .setTimeStamp('0')
        .setState(index === this.standIn.leader ? LEADER : FOLLOWER)
        .setIsAlive(true)
        .setHttpEndPoint(new gossip.EndPoint().setAddress(this.standIn.host).setPort(gate.port))
    })
    callback(null, new gossip.ClusterInfo().setMembersList(members))
  }

  /** Why this node does not take a call: not the leader, or not for this user. */
  private refusal(metadata: Metadata, sayNotLeader: boolean): Failure | undefined {
    const { leader, nodes, host, options } = this.standIn
    const { login, powerless } = options.secured ?? {}
    if (login !== undefined) {
      const [given] = metadata.get('authorization')
      const accessDenied = failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })
      if (given === undefined || given === basic(powerless)) return accessDenied
      if (given !== basic(login)) return failure(status.UNAUTHENTICATED, 'Received HTTP status code 401')
    }
    if (!sayNotLeader && (metadata.get('requires-leader').length === 0 || this.index === leader)) return undefined
    return failure(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(nodes[leader]?.gate.port),
    })
  }
}

/** What a client sends for a user. */
const basic = (login: Login | undefined): string | undefined =>
  login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`

type Failure = Error & Pick<ServiceError, 'code' | 'details' | 'metadata'>

const failure = (code: status, details: string, trailers: Record<string, string> = {}): Failure => {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value)
  return Object.assign(new Error(details), { code, details, metadata })
}

const tooBig = (limit: number): Failure =>
  failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  })

const streamDeleted = (name: string): Failure =>
  failure(status.FAILED_PRECONDITION, `Event stream '${name}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': name,
  })

const sizeOnDisk = ({ data, metadata, type }: Proposed): number => data.length + metadata.length + 2 * type.length

const unimplemented = (_call: unknown, callback: (error: Failure) => void): void =>
  callback(failure(status.UNIMPLEMENTED, 'the stand-in deletes nothing'))

const nameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

const expectedOf = (options: streams.AppendReq.Options): Expected => {
  if (options.hasNoStream()) return 'no_stream'
  if (options.hasStreamExists()) return 'stream_exists'
  return options.hasAny() ? 'any' : Number(options.getRevision())
}

const proposed = (request: streams.AppendReq): Proposed => {
  const message = request.getProposedMessage()
  const id = message?.getId()?.getString() ?? ''
  if (message === undefined || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
    throw new Error(`no UUID: ${id}`)
  return {
    id: id.toLowerCase(),
    type: message.getMetadataMap().get('type') ?? '',
    json: message.getMetadataMap().get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }
}

const appended = ({ revision, position }: { revision: number; position: number }): streams.AppendResp => {
  const place = new streams.AppendResp.Position().setCommitPosition(`${position}`).setPreparePosition(`${position}`)
  const success = new streams.AppendResp.Success().setCurrentRevision(`${revision}`).setPosition(place)
  return new streams.AppendResp().setSuccess(success)
}

const wrongExpected = (current: number | 'no_stream'): streams.AppendResp => {
  const wrong = new streams.AppendResp.WrongExpectedVersion()
  if (current === 'no_stream') wrong.setCurrentNoStream(new shared.Empty())
  else wrong.setCurrentRevision(`${current}`)
  return new streams.AppendResp().setWrongExpectedVersion(wrong)
}

const notFound = (options: ReadReq.Options): streams.ReadResp => {
  const stream = new streams.ReadResp.StreamNotFound()
  return new streams.ReadResp().setStreamNotFound(
    stream.setStreamIdentifier(options.getStream()?.getStreamIdentifier()),
  )
}

const decodeShape = (event: RecordedBy): streams.ReadResp.ReadEvent => {
  const record = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(event.stream)))
    .setStreamRevision(`${event.revision}`)
    .setCommitPosition(`${event.position}`)
    .setPreparePosition(`${event.position}`)
    .setData(event.data)
    .setCustomMetadata(event.metadata)
  const ticks = BigInt(event.created.getTime()) * 10_000n
  record.getMetadataMap().set('type', event.type).set('created', `${ticks}`)
  record.getMetadataMap().set('content-type', event.json ? 'application/json' : 'application/octet-stream')
  return new streams.ReadResp.ReadEvent().setEvent(record).setCommitPosition(`${event.position}`)
}

/** The events of one bounded read, or `undefined` for a stream that does not exist. */
const page = (log: Log, options: ReadReq.Options): 'tombstoned' | ReadonlyArray<RecordedBy> | undefined => {
  const forwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS
  const count = Math.min(Number(options.getCount()), log.all.length)
  const all = options.getAll()
  const events = all === undefined ? log.shown(nameOf(options.getStream()?.getStreamIdentifier())) : log.all
  if (events === 'no_stream') return undefined
  if (events === 'tombstoned') return events
  const from = options.getStream() ?? all
  const number = Number(options.getStream()?.getRevision() ?? all?.getPosition()?.getCommitPosition())
  const order = (event: RecordedBy): number => (all === undefined ? event.revision : event.position)
  if (forwards) {
    if (from?.hasEnd()) return []
    const first = from?.hasStart() ? 0 : events.findIndex((event) => order(event) >= number)
    return first === -1 ? [] : events.slice(first, first + count)
  }
  if (from?.hasStart()) return []
  // Backwards, a position in $all is the place behind an event, a revision is the event itself.
  const before = (event: RecordedBy): boolean => (all === undefined ? order(event) <= number : order(event) < number)
  const last = from?.hasEnd() ? events.length - 1 : events.findLastIndex(before)
  return events.slice(Math.max(0, last + 1 - count), last + 1).reverse()
}

/** Where a subscription to $all begins: behind its position. */
const startOf = (log: Log, options: ReadReq.Options): number => {
  const all = options.getAll()
  if (all === undefined || all.hasStart()) return 0
  if (all.hasEnd()) return log.all.length
  const after = Number(all.getPosition()?.getCommitPosition())
  const first = log.all.findIndex(({ position }) => position > after)
  return first === -1 ? log.all.length : first
}

const wanted = (event: RecordedBy, options: ReadReq.Options): boolean => {
  const filter = options.getFilter()
  if (filter === undefined) return true
  const expression = filter.getStreamIdentifier() ?? filter.getEventType()
  const text = filter.hasStreamIdentifier() ? event.stream : event.type
  if (expression?.getRegex()) return new RegExp(expression.getRegex()).test(text)
  return expression?.getPrefixList().some((prefix) => text.startsWith(prefix)) ?? true
}
