import test from 'ava';
import { channelOfEvent, promotionEvent, queueMessageOf } from '../../releases/events.ts';
import { UserError } from '../../service/errors.ts';

const event = promotionEvent({
  storeUrl: 'https://acct.blob.core.windows.net/releases',
  channel: 'boston-housing/canary',
  etag: '0x8DB',
  time: new Date('2026-01-02T03:04:05Z'),
});

test('the event of a promotion has the shape of Event Grid', (t) => {
  t.is(event.eventType, 'Microsoft.Storage.BlobCreated');
  t.is(event.subject, '/blobServices/default/containers/releases/blobs/channels/boston-housing/canary.json');
  t.is(event.eventTime, '2026-01-02T03:04:05.000Z');
  t.is(event.data.url, 'https://acct.blob.core.windows.net/releases/channels/boston-housing/canary.json');
});

test('its channel is found in the event, its JSON and the queue message', (t) => {
  for (const message of [event, JSON.stringify(event), queueMessageOf(event)]) {
    t.is(channelOfEvent(message), 'boston-housing/canary');
  }
});

test('an event about anything else is about no channel', (t) => {
  t.is(channelOfEvent({ ...event, eventType: 'Microsoft.Storage.BlobDeleted' }), undefined);
  t.is(channelOfEvent({ ...event, subject: event.subject.replace('channels/', 'other/') }), undefined);
  t.is(channelOfEvent({ ...event, subject: '/blobServices/default/containers/releases' }), undefined);
});

test('a message that is no event is refused', (t) => {
  for (const message of ['', 'hello', '{}', '[]', 'null', null, undefined, 7, { subject: 'x' }]) {
    t.throws(() => channelOfEvent(message), { instanceOf: UserError, message: /no Event Grid event/ });
  }
});
