import test from 'ava';
import { readSettings, settingMeanings } from '../../functions/settings.ts';
import { appSettings } from '../support/functions.ts';

test('settings are read, lists split, slashes at the end dropped, others left alone', (t) => {
  const settings = readSettings({
    ...appSettings({ PENSTOCK_CHANNELS: 'sums, sums/canary', PENSTOCK_GATEWAY: 'https://api.example.com/' }),
    PATH: '/bin',
  });
  t.deepEqual(settings.channels, ['sums', 'sums/canary']);
  t.is(settings.gateway, 'https://api.example.com');
  t.is(settings.probeSchedule.expression, '0 * * * * *');
});

for (const name of Object.keys(settingMeanings)) {
  test(`without ${name} the message names it`, (t) => {
    t.throws(() => readSettings({ ...appSettings(), [name]: undefined }), {
      name: 'UserError',
      message: new RegExp(`app setting ${name} is missing`),
    });
  });
}

test('every mistake is told at once, and no value of a secret', (t) => {
  const error = t.throws(() =>
    readSettings(
      appSettings({
        PENSTOCK_STORE: 'releases',
        PENSTOCK_CHANNELS: 'sums,sums',
        PROBE_SCHEDULE: '0 0 9 ? * *',
        PROMOTION_QUEUE: 'Promotions',
        PENSTOCK_KEY: '',
      }),
    ),
  );
  for (const part of [
    /PENSTOCK_STORE is not the URL/,
    /PENSTOCK_CHANNELS: expected distinct channel names/,
    /PROBE_SCHEDULE: the schedule "0 0 9 \? \* \*" is not an NCRONTAB expression/,
    /PROMOTION_QUEUE is not the storage queue/,
    /PENSTOCK_KEY is missing/,
  ]) {
    t.regex(error.message, part);
  }
});
