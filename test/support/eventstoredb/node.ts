/** One node of the stand-in: the gRPC services that the client calls, over the client package's own generated stubs. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import gossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import gossip from '@eventstore/db-client/generated/gossip_pb.js'
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js'
import { Gate } from './gate.js'
import { type Expected, Log, type Proposed, type RecordedBy, type Written } from './log.js'
import {
  appended,
  batchAnswer,
  checkpoint,
  decodeShape,
  eventTooBig,
  expectedOf,
  type Failure,
  failure,
  nameOf,
  noPlace,
  notFound,
  proposed,
  streamDeleted,
  tooBig,
  wrongExpected,
  wrongExpectedToDelete,
} from './messages.js'
import type { AppendFault, DEFAULTS, Login, ReadFault, StandInOptions } from './options.js'
import { bounded, startOf, steps } from './reads.js'

/** What a node knows of all nodes. */
export interface Cluster {
  readonly options: StandInOptions & typeof DEFAULTS
  readonly host: string
  readonly nodes: ReadonlyArray<Node>
  readonly leader: number | undefined
  /** A node that takes itself for the leader wrote something. */
  replicate(node: Node): void
  /** A node is gone from the others, or there again. */
  lost(node: Node): void
  found(node: Node): void
  /** What goes wrong next; each is used up by one call. */
  readonly faults: { readonly append: AppendFault[]; readonly read: ReadFault[]; readonly subscription: ReadFault[] }
  /** How often each was called, how many subscriptions have ended, and how many events and checkpoints went out by them. */
  readonly seen: Record<
    'append' | 'batchAppend' | 'batched' | 'read' | 'sent' | 'subscription' | 'ended' | 'pushed' | 'checkpoints',
    number
  >
}

export class Node {
  readonly server = new Server()
  readonly gate: Gate
  readonly index: number
  log: Log
  /** Whether it takes itself for the leader. */
  leads = false

  private readonly cluster: Cluster
  private isolated = false
  private port = 0

  constructor(cluster: Cluster, index: number, log: Log) {
    this.cluster = cluster
    this.index = index
    this.log = this.own(new Log({ log, count: log.all.length }))
    this.gate = new Gate(() => this.port)
    this.server.addService(streamServices.StreamsService, {
      append: this.append,
      read: this.read,
      batchAppend: this.batchAppend,
      delete: this.delete,
      tombstone: this.tombstone,
    })
    this.server.addService(featureServices.ServerFeaturesService, { getSupportedMethods: this.supportedMethods })
    this.server.addService(gossipServices.GossipService, { read: this.members })
  }

  async listen(): Promise<void> {
    this.port = await new Promise((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', this.credentials(), (error, port) => (error ? reject(error) : resolve(port)))
    })
    await this.gate.accept()
  }

  /** Whether the other nodes reach it. */
  get isUp(): boolean {
    return this.gate.isOpen && !this.gate.isFrozen && !this.isolated
  }

  /** As by SIGKILL, or as it exits by itself: what it wrote stays on its disk. */
  async kill(): Promise<void> {
    this.leads = false
    const refused = this.gate.refuse()
    this.cluster.lost(this)
    await refused
  }

  async restart(): Promise<void> {
    await this.gate.accept()
    this.cluster.found(this)
  }

  /** As by SIGSTOP: connections stay and are taken, and nothing is answered. */
  freeze(): void {
    this.gate.freeze()
    this.cluster.lost(this)
  }

  /** As by SIGCONT: it answers what came meanwhile, a while before it hears what the others did. */
  async thaw(): Promise<void> {
    this.gate.thaw()
    await delay(this.cluster.options.electionTime / 4)
    if (this.gate.isOpen) this.cluster.found(this)
  }

  /** Cuts it off from the other nodes, not from clients. It leads on until it notices that it is alone. */
  isolate(): void {
    this.isolated = true
    this.cluster.lost(this)
  }

  rejoin(): void {
    this.isolated = false
    this.cluster.found(this)
  }

  /** Takes over the log of a leader. If this node wrote what the leader has not, it cuts that off and exits. */
  catchUp(log: Log): boolean {
    const common = this.log.inCommon(log)
    if (common < this.log.all.length) {
      this.log = this.own(new Log({ log: this.log, count: common }))
      void this.kill()
      return false
    }
    for (let index = common; index < log.all.length; index++) {
      const event = log.all.at(index)
      if (event !== undefined) this.log.take([event])
    }
    this.log.epoch = log.epoch
    return true
  }

  private own(log: Log): Log {
    log.onRecorded = () => this.cluster.replicate(this)
    return log
  }

  private credentials(): ServerCredentials {
    const { secured } = this.cluster.options
    if (secured === undefined) return ServerCredentials.createInsecure()
    const pair = { private_key: secured.key, cert_chain: secured.certificate }
    return ServerCredentials.createSsl(secured.certificate, [pair], secured.clientCertificate ?? false)
  }

  private readonly append: handleClientStreamingCall<streams.AppendReq, streams.AppendResp> = (call, callback) => {
    const requests: streams.AppendReq[] = []
    const fault = this.cluster.faults.append.shift()
    this.cluster.seen.append += 1
    call.on('data', (request: streams.AppendReq) => {
      requests.push(request)
      if (typeof fault === 'object' && 'dropAfterMessages' in fault && requests.length === fault.dropAfterMessages) {
        this.gate.cut(call.getPeer())
      }
    })
    call.on('end', async () => {
      // Cut off in the middle, which is known a turn later: what came so far is not taken for the whole.
      await nextTurn()
      await this.gate.thawed()
      if (typeof fault === 'object' && 'slow' in fault) await delay(fault.slow)
      if (call.cancelled || !this.gate.isOpen) return
      const answer = this.refusal(call.metadata, fault === 'not-leader') ?? (await this.answerTo(requests, fault))
      if (answer === 'cut') this.gate.cut(call.getPeer())
      else if (answer instanceof streams.AppendResp) callback(null, answer)
      else if (answer !== 'silence') callback(answer)
    })
  }

  private async answerTo(
    [header, ...messages]: ReadonlyArray<streams.AppendReq>,
    fault: AppendFault | undefined,
  ): Promise<streams.AppendResp | Failure | 'cut' | 'silence'> {
    const options = header?.getOptions()
    if (options === undefined) return failure(status.UNKNOWN, 'the first message has no options')
    const events = messages.map((message) => proposed(message.getProposedMessage()))
    if (events.length === 0) {
      // The writer of the server fails, and ends the process.
      await this.kill()
      return 'silence'
    }
    const tooMuch = this.tooMuch(events)
    if (tooMuch !== undefined) return tooMuch
    if (fault === 'not-ready') return failure(status.UNAVAILABLE, NOT_READY)
    if (fault === 'wrong-expected') return wrongExpected('no_stream')
    const [name, expected] = [nameOf(options.getStreamIdentifier()), expectedOf(options)]
    if (expected === 'any') return failure(status.INVALID_ARGUMENT, 'the stand-in takes no append with "any"')
    const written = await this.write(name, expected, events, fault)
    if (written === 'cut' || written === 'silence') return written
    if (written === 'timeout') return failure(status.ABORTED, 'Operation timed out: Commit phase timeout.')
    if (written._tag === 'tombstoned') return streamDeleted(name)
    return written._tag === 'appended' ? appended(written) : wrongExpected(written.current)
  }

  /** Writes it at once; what is answered may take its time. */
  private async write(
    name: string,
    expected: Expected,
    events: ReadonlyArray<Proposed>,
    fault: AppendFault | undefined,
  ): Promise<Written | 'cut' | 'silence' | 'timeout'> {
    if (fault === 'drop-before-commit') return 'cut'
    if (fault === 'swallow-request') return 'silence'
    if (fault === 'delete-before-commit') this.log.softDelete(name)
    const written = this.log.append(name, expected, events)
    if (this.cluster.options.latency > 0) await delay(this.cluster.options.latency)
    if (fault === 'drop-after-commit') return 'cut'
    if (fault === 'swallow-reply') return 'silence'
    const inTime = written._tag !== 'appended' || (await this.agreed(written.position))
    return fault === 'commit-timeout' || !inTime ? 'timeout' : written
  }

  /** Whether a majority of the nodes has the event at a position, in time. */
  private async agreed(position: number): Promise<boolean> {
    if (this.log.isTold(position)) return true
    const abort = new AbortController()
    const late = delay(this.cluster.options.commitTimeout, false, { signal: abort.signal, ref: false }).catch(
      () => false,
    )
    const inTime = await Promise.race([this.log.told(position).then(() => true), late])
    abort.abort()
    return inTime
  }

  private readonly batchAppend: handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp> = (call) => {
    this.cluster.seen.batchAppend += 1
    // One after another, in the order in which they come; answers go out as they are there. What keeps one from being taken keeps those behind it.
    let before = nextTurn()
    let lasting: AppendFault | undefined
    call.on('data', (request: streams.BatchAppendReq) => {
      before = before
        .then(() => this.gate.thawed())
        .then(async () => {
          const fault = lasting ?? this.cluster.faults.append.shift()
          if (fault !== undefined && NOT_TAKEN.has(fault)) lasting = fault
          await this.batched(call, request, fault)
        })
    })
    // The server waits for an answer more when the client has ended the call, and never ends it.
    call.on('end', () => undefined)
  }

  /** Takes one request of a batch, which is the whole of an append here. Resolves when the next one's turn is. */
  private async batched(
    call: Batching,
    request: streams.BatchAppendReq,
    fault: AppendFault | undefined,
  ): Promise<void> {
    this.cluster.seen.batched += 1
    if (call.cancelled || !this.gate.isOpen) return
    const answer = (how: Parameters<typeof batchAnswer>[1]) => {
      if (!call.cancelled && this.gate.isOpen) call.write(batchAnswer(request, how))
    }
    const refusal = this.refusal(call.metadata, fault === 'not-leader')
    if (refusal !== undefined) {
      // Of these the first is told as one answer, the others end the call.
      if (refusal.code === status.PERMISSION_DENIED) answer('AccessDenied')
      else if (refusal.details === NOT_READY) answer(NOT_READY)
      else call.emit('error', refusal)
      return
    }
    const options = request.getOptions()
    const events = request.getProposedMessagesList().map(proposed)
    if (options === undefined || !request.getIsFinal() || events.length === 0)
      throw new Error('the stand-in takes whole appends only')
    const { maxAppendSize, maxAppendEventSize } = this.cluster.options
    if (events.some((event) => sizeAsWritten(event) > maxAppendEventSize)) answer('MaximumAppendEventSizeExceeded')
    else if (events.reduce((sum, event) => sum + sizeAsWritten(event), 0) > maxAppendSize)
      answer('MaximumAppendSizeExceeded')
    else if (fault === 'not-ready') answer(NOT_READY)
    else if (fault === 'wrong-expected') answer('WrongExpectedVersion')
    else {
      const [name, expected] = [nameOf(options.getStreamIdentifier()), expectedOf(options)]
      void this.write(name, expected, events, fault).then((written) => {
        if (written === 'cut') this.gate.cut(call.getPeer())
        else if (written === 'timeout') answer('Timeout')
        else if (written !== 'silence') answer(written)
      })
    }
  }

  private readonly read: handleServerStreamingCall<streams.ReadReq, streams.ReadResp> = async (call) => {
    const { seen, faults } = this.cluster
    const live = call.request.getOptions()?.hasSubscription() ?? false
    const fault = (live ? faults.subscription : faults.read).shift()
    seen[live ? 'subscription' : 'read'] += 1
    const refusal = this.refusal(call.metadata, fault === 'not-leader')
    if (refusal !== undefined) call.emit('error', refusal)
    else await (live ? this.follow(call, fault) : this.readOnce(call, fault))
  }

  private async readOnce(call: Reading, fault: ReadFault | undefined): Promise<void> {
    const options = call.request.getOptions() ?? new streams.ReadReq.Options()
    const events = bounded(this.log, options)
    switch (events) {
      case 'no place':
        call.emit('error', noPlace(this.cluster.options.version, 'read'))
        return
      case 'tombstoned':
        call.emit('error', streamDeleted(nameOf(options.getStream()?.getStreamIdentifier())))
        return
      case 'no_stream':
        await send(call, notFound(options))
        break
      default:
        for (const event of events) {
          if (!(await this.sendEvent(call, event, fault))) return
          this.cluster.seen.sent += 1
        }
    }
    call.end()
  }

  private async follow(call: Reading, fault: ReadFault | undefined): Promise<void> {
    const { seen } = this.cluster
    const { log } = this
    const endedAt = new Promise<void>((resolve) => call.once('cancelled', resolve))
    void endedAt.then(() => {
      seen.ended += 1
    })
    if (typeof fault === 'object' && 'silent' in fault && fault.after === 0) return
    const options = call.request.getOptions() ?? new streams.ReadReq.Options()
    const first = startOf(log, options)
    if (first === 'no place') {
      call.emit('error', noPlace(this.cluster.options.version, 'subscription'))
      return
    }
    const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID())
    await send(call, new streams.ReadResp().setConfirmation(confirmation))
    for (const step of steps(log, options, first)) {
      if (call.cancelled) return
      switch (step._tag) {
        case 'event':
          if (!(await this.sendEvent(call, step.event, fault))) return
          seen.pushed += 1
          break
        case 'checkpoint':
          seen.checkpoints += 1
          await send(call, checkpoint(step))
          // A long way through the events of others leaves room for other calls.
          await nextTurn()
          break
        case 'caught up':
          await send(call, new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()))
          break
        case 'end':
          await Promise.race([endedAt, log.grown(step.length)])
      }
    }
  }

  /** Sends one event; false where the fault ends it all. */
  private async sendEvent(call: Reading, event: RecordedBy, fault: ReadFault | undefined): Promise<boolean> {
    if (typeof fault === 'object' && (through.get(call) ?? 0) === fault.after) {
      if ('silent' in fault) return false
      if (fault.drop === 'connection') this.gate.cut(call.getPeer())
      else call.emit('error', failure(status.ABORTED, 'Operation timed out: read'))
      return false
    }
    through.set(call, (through.get(call) ?? 0) + 1)
    await send(call, new streams.ReadResp().setEvent(decodeShape(event)))
    if (fault === 'duplicate') await send(call, new streams.ReadResp().setEvent(decodeShape(event)))
    return !call.cancelled
  }

  private readonly delete: handleUnaryCall<streams.DeleteReq, streams.DeleteResp> = (call, callback) => {
    const removed = this.removed(
      call.metadata,
      call.request.getOptions() ?? new streams.DeleteReq.Options(),
      'softDelete',
    )
    if (removed instanceof Error) callback(removed)
    else {
      const place = new streams.DeleteResp.Position().setCommitPosition(removed).setPreparePosition(removed)
      callback(null, new streams.DeleteResp().setPosition(place))
    }
  }

  private readonly tombstone: handleUnaryCall<streams.TombstoneReq, streams.TombstoneResp> = (call, callback) => {
    const removed = this.removed(
      call.metadata,
      call.request.getOptions() ?? new streams.TombstoneReq.Options(),
      'tombstone',
    )
    if (removed instanceof Error) callback(removed)
    else {
      const place = new streams.TombstoneResp.Position().setCommitPosition(removed).setPreparePosition(removed)
      callback(null, new streams.TombstoneResp().setPosition(place))
    }
  }

  private removed(
    metadata: Metadata,
    options: streams.DeleteReq.Options | streams.TombstoneReq.Options,
    how: 'softDelete' | 'tombstone',
  ): Failure | string {
    const refusal = this.refusal(metadata, false)
    if (refusal !== undefined) return refusal
    const [name, expected] = [nameOf(options.getStreamIdentifier()), expectedOf(options)]
    const written = this.log[how](name, expected)
    if (written._tag === 'tombstoned') return streamDeleted(name)
    return written._tag === 'appended' ? `${written.position}` : wrongExpectedToDelete(name, expected, written.current)
  }

  private readonly supportedMethods: handleUnaryCall<shared.Empty, features.SupportedMethods> = (_call, callback) => {
    const methods = ['append', 'batchappend', 'read'].map((name) =>
      new features.SupportedMethod().setMethodName(name).setServiceName('event_store.client.streams.streams'),
    )
    const version = this.cluster.options.version
    callback(null, new features.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion(version))
  }

  private readonly members: handleUnaryCall<shared.Empty, gossip.ClusterInfo> = (_call, callback) => {
    const known = this.knownLeader()
    const members = this.cluster.nodes.map((node) => {
      const { LEADER, FOLLOWER, UNKNOWN } = gossip.MemberInfo.VNodeState
      const leads = node.index === known
      const isSeen = node === this || leads || (node.isUp && !this.isolated)
      return new gossip.MemberInfo()
        .setInstanceId(new shared.UUID().setString(randomUUID()))
        .setTimeStamp('0')
        .setState(leads ? LEADER : known === undefined ? UNKNOWN : FOLLOWER)
        .setIsAlive(isSeen)
        .setHttpEndPoint(new gossip.EndPoint().setAddress(this.cluster.host).setPort(node.gate.port))
    })
    callback(null, new gossip.ClusterInfo().setMembersList(members))
  }

  /** Of 23.10 the limit of an append counts data alone; later servers count as they write, and take an option for each event. */
  private tooMuch(events: ReadonlyArray<Proposed>): Failure | undefined {
    const { maxAppendSize, maxAppendEventSize, version } = this.cluster.options
    for (const event of events) {
      if (sizeAsWritten(event) > maxAppendEventSize)
        return eventTooBig(event.id, sizeAsWritten(event), maxAppendEventSize)
    }
    const size = Number.parseInt(version, 10) < 25 ? ({ data }: Proposed) => data.length : sizeAsWritten
    return events.reduce((sum, event) => sum + size(event), 0) > maxAppendSize ? tooBig(maxAppendSize) : undefined
  }

  /** Why this node does not take a call: not the leader, or not for this user. */
  private refusal(metadata: Metadata, sayNotLeader: boolean): Failure | undefined {
    const { nodes, host, options } = this.cluster
    const { login, powerless } = options.secured ?? {}
    if (login !== undefined) {
      const [given] = metadata.get('authorization')
      const accessDenied = failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })
      if (given === undefined || given === basic(powerless)) return accessDenied
      if (given !== basic(login)) return failure(status.UNAUTHENTICATED, 'Received HTTP status code 401')
    }
    if (!sayNotLeader && (metadata.get('requires-leader').length === 0 || this.leads)) return undefined
    const leader = nodes[this.knownLeader() ?? -1]
    if (leader === undefined) return failure(status.UNAVAILABLE, NOT_READY)
    return failure(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(leader.gate.port),
    })
  }

  private knownLeader(): number | undefined {
    if (this.leads) return this.index
    return this.isolated ? undefined : this.cluster.leader
  }
}

/** What a client sends for a user. */
const basic = (login: Login | undefined): string | undefined =>
  login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`

const NOT_TAKEN: ReadonlySet<AppendFault> = new Set([
  'drop-before-commit',
  'swallow-request',
  'not-leader',
  'not-ready',
])
const NOT_READY = 'Server Is Not Ready'

type Batching = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>
type Reading = ServerWritableStream<streams.ReadReq, streams.ReadResp>

/** How many events got through, for the faults that begin after some. */
const through = new WeakMap<Reading, number>()

const send = async (call: Reading, response: streams.ReadResp): Promise<void> => {
  if (call.cancelled || call.destroyed || call.write(response)) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      call.off('drain', done).off('cancelled', done)
      resolve()
    }
    call.on('drain', done).on('cancelled', done)
  })
}

const sizeAsWritten = ({ data, metadata, type }: Proposed): number => data.length + metadata.length + 2 * type.length
