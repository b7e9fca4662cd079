/** The messages of the protocol, to and from what the log knows, and the errors of the server, word by word. */
import shared from '@eventstore/db-client/generated/shared_pb.js'
import grpc from '@eventstore/db-client/generated/status_pb.js'
import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { type Expected, LAST, LAST_AS_TEXT, type Proposed, type RecordedBy, type Written } from './log.js'

export type Failure = Error & Pick<ServiceError, 'code' | 'details' | 'metadata'>

export const failure = (code: status, details: string, trailers: Record<string, string> = {}): Failure => {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value)
  return Object.assign(new Error(details), { code, details, metadata })
}

export const tooBig = (limit: number): Failure =>
  failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  })

export const eventTooBig = (id: string, size: number, limit: number): Failure =>
  failure(
    status.INVALID_ARGUMENT,
    `Event with Id: ${id}, Size: ${size}, exceeds Maximum Append Event Size of ${limit}.`,
    {
      exception: 'maximum-append-event-size-exceeded',
      'maximum-append-event-size': String(limit),
      'event-id': id,
      'proposed-append-event-size': String(size),
    },
  )

/** A position at which no record begins: since 25 the server says so, before that it fails where it reads. */
export const noPlace = (version: string, by: 'read' | 'subscription'): Failure => {
  if (Number.parseInt(version, 10) >= 25)
    return failure(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.')
  const said = by === 'read' ? 'Unexpected ReadAllResult: Error' : 'Exception was thrown by handler.'
  return failure(status.UNKNOWN, said)
}

export const streamDeleted = (name: string): Failure =>
  failure(status.FAILED_PRECONDITION, `Event stream '${name}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': name,
  })

export const nameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

export const expectedOf = (
  options:
    | streams.AppendReq.Options
    | streams.BatchAppendReq.Options
    | streams.DeleteReq.Options
    | streams.TombstoneReq.Options,
): Expected => {
  if (options.hasNoStream()) return 'no_stream'
  if (options.hasStreamExists()) return 'stream_exists'
  if (options.hasAny()) return 'any'
  return Number('getRevision' in options ? options.getRevision() : options.getStreamPosition())
}

export const proposed = (
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage | undefined,
): Proposed => {
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

export const appended = ({ revision, position }: { revision: number; position: number }): streams.AppendResp => {
  const place = new streams.AppendResp.Position().setCommitPosition(`${position}`).setPreparePosition(`${position}`)
  const success = new streams.AppendResp.Success().setCurrentRevision(`${revision}`).setPosition(place)
  return new streams.AppendResp().setSuccess(success)
}

/** One answer of a batch, to one append. Of errors it has the word, and not the details that the server adds. */
export const batchAnswer = (request: streams.BatchAppendReq, how: Written | string): streams.BatchAppendResp => {
  const answer = new streams.BatchAppendResp()
    .setCorrelationId(request.getCorrelationId())
    .setStreamIdentifier(request.getOptions()?.getStreamIdentifier())
  const error = (message: string) => answer.setError(new grpc.Status().setMessage(message))
  if (typeof how === 'string') return error(how)
  if (how._tag === 'tombstoned') return error('StreamDeleted')
  if (how._tag === 'wrong-expected') return error('WrongExpectedVersion')
  const place = new shared.AllStreamPosition()
    .setCommitPosition(`${how.position}`)
    .setPreparePosition(`${how.position}`)
  return answer.setSuccess(
    new streams.BatchAppendResp.Success().setCurrentRevision(`${how.revision}`).setPosition(place),
  )
}

export const wrongExpected = (current: number | 'no_stream'): streams.AppendResp => {
  const wrong = new streams.AppendResp.WrongExpectedVersion()
  if (current === 'no_stream') wrong.setCurrentNoStream(new shared.Empty())
  else wrong.setCurrentRevision(`${current}`)
  return new streams.AppendResp().setWrongExpectedVersion(wrong)
}

/** As a delete is told it: not in the answer, as an append is, but as an error. */
export const wrongExpectedToDelete = (name: string, expected: Expected, current: number | 'no_stream'): Failure => {
  const [wanted, actual] = [expected, current].map((place) => (typeof place === 'number' ? `${place}` : '-1'))
  const what = `Stream: ${name}, Expected version: ${wanted}, Actual version: ${actual}`
  return failure(status.FAILED_PRECONDITION, `Delete failed due to WrongExpectedVersion. ${what}`, {
    exception: 'wrong-expected-version',
    'stream-name': name,
    'expected-version': wanted ?? '',
    'actual-version': actual ?? '',
  })
}

export const notFound = (options: ReadReq.Options): streams.ReadResp => {
  const stream = new streams.ReadResp.StreamNotFound()
  return new streams.ReadResp().setStreamNotFound(
    stream.setStreamIdentifier(options.getStream()?.getStreamIdentifier()),
  )
}

export const decodeShape = (event: RecordedBy): streams.ReadResp.ReadEvent => {
  const record = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(event.stream)))
    .setStreamRevision(event.revision === LAST ? LAST_AS_TEXT : `${event.revision}`)
    .setCommitPosition(`${event.position}`)
    .setPreparePosition(`${event.position}`)
    .setData(event.data)
    .setCustomMetadata(event.metadata)
  const ticks = BigInt(event.created.getTime()) * 10_000n
  record.getMetadataMap().set('type', event.type).set('created', `${ticks}`)
  record.getMetadataMap().set('content-type', event.json ? 'application/json' : 'application/octet-stream')
  return new streams.ReadResp.ReadEvent().setEvent(record).setCommitPosition(`${event.position}`)
}

/** How far a filtered subscription is. */
export const checkpoint = ({ commit, prepare }: { commit: number; prepare: number }): streams.ReadResp => {
  const place = new streams.ReadResp.Checkpoint().setCommitPosition(`${commit}`).setPreparePosition(`${prepare}`)
  return new streams.ReadResp().setCheckpoint(place)
}
