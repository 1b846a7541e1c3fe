import { randomUUID } from 'node:crypto';
import { UserError } from '../service/errors.ts';
import { channelBlob, channelNameOf } from './channel.ts';

/**
 * What Event Grid says when a blob has been written, in the Event Grid schema
 * (learn.microsoft.com, "Azure Blob Storage as an Event Grid source").
 */
export interface BlobCreatedEvent {
  readonly id: string;
  /** The storage account's resource id. */
  readonly topic: string;
  /** `/blobServices/default/containers/CONTAINER/blobs/BLOB` */
  readonly subject: string;
  readonly eventType: 'Microsoft.Storage.BlobCreated';
  /** ISO 8601 in UTC. */
  readonly eventTime: string;
  readonly dataVersion: string;
  readonly metadataVersion: string;
  readonly data: {
    readonly api: 'PutBlob' | 'PutBlockList' | 'CopyBlob';
    readonly eTag: string;
    readonly contentType: string;
    readonly contentLength: number;
    readonly blobType: 'BlockBlob';
    readonly url: string;
  };
}

export interface WrittenChannel {
  /** The URL of the releases container. */
  readonly storeUrl: string;
  readonly channel: string;
  readonly etag: string;
  readonly time: Date;
  readonly id?: string;
  /** The storage account's resource id; Azurite has none. */
  readonly topic?: string;
  readonly contentLength?: number;
}

/** The event that Event Grid sends when a channel has been written: a promotion or a rollback. */
export function promotionEvent(written: WrittenChannel): BlobCreatedEvent {
  const container = new URL(written.storeUrl).pathname.split('/').at(-1);
  const blob = channelBlob(written.channel);
  return {
    id: written.id ?? randomUUID(),
    topic: written.topic ?? '',
    subject: `/blobServices/default/containers/${container}/blobs/${blob}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: written.time.toISOString(),
    dataVersion: '',
    metadataVersion: '1',
    data: {
      api: 'PutBlob',
      eTag: written.etag,
      contentType: 'application/json',
      contentLength: written.contentLength ?? 0,
      blobType: 'BlockBlob',
      url: `${written.storeUrl}/${blob}`,
    },
  };
}

/** An event as a storage queue carries it: Event Grid writes the JSON in Base64. */
export function queueMessageOf(event: BlobCreatedEvent): string {
  return Buffer.from(JSON.stringify(event)).toString('base64');
}

/**
 * The channel that an event is about.
 * @param message the event, or its JSON, or that in Base64: a Functions trigger may have undone either
 * @returns the channel's name, undefined when the event is about another blob or something else than a write
 * @throws UserError when the message is no Event Grid event
 */
export function channelOfEvent(message: unknown): string | undefined {
  const event = typeof message === 'string' ? fromText(message) : message;
  const { eventType, subject } = (event ?? {}) as { eventType?: unknown; subject?: unknown };
  if (typeof eventType !== 'string' || typeof subject !== 'string') {
    throw new UserError('the message is no Event Grid event: eventType and subject are expected');
  }
  if (eventType !== 'Microsoft.Storage.BlobCreated') return undefined;
  const [, blob] = /^\/blobServices\/default\/containers\/[^/]+\/blobs\/(.+)$/.exec(subject) ?? [];
  return blob === undefined ? undefined : channelNameOf(blob);
}

function fromText(message: string): unknown {
  const json = message.trimStart().startsWith('{') ? message : Buffer.from(message, 'base64').toString();
  try {
    return JSON.parse(json);
  } catch {
    throw new UserError('the message is no Event Grid event: it is not JSON');
  }
}
