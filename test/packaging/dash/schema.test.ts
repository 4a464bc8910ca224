import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { dashManifest } from '../../../lib/packaging/dash/manifest.ts';
import type { DashModel } from '../../../lib/packaging/dash/model.ts';
import { model, namedPeriods, period, threePeriods } from './sample-model.ts';

const manifests: [string, DashModel][] = [
  ['a live broadcast that names its segments', model({ periods: namedPeriods })],
  ['a live broadcast', model()],
  [
    'a live broadcast with captions',
    model({ periods: [period({ video: { ...period().video!, captions: ['CC1', 'CC3', 'SERVICE1'] } })] }),
  ],
  ['a live broadcast without sound', model({ periods: [period({ audio: undefined })] })],
  ['a live broadcast without picture', model({ periods: [period({ video: undefined })] })],
  ['a live broadcast of three periods below a base', model({ baseUrl: '01jd&x/', periods: threePeriods })],
  [
    'a live broadcast with the least',
    model({ timeShiftBufferDepthMs: undefined, utcTimingUrl: undefined, latency: undefined }),
  ],
  ['a recording', model({ type: 'static', mediaPresentationDurationMs: 61_234 })],
  [
    'a recording of three periods',
    model({ type: 'static', mediaPresentationDurationMs: 50_000, periods: threePeriods }),
  ],
];

const schema = join(import.meta.dirname, '../../../../shared/schemas/DASH-MPD.xsd');
const canValidate = existsSync(schema) && spawnSync('xmllint', ['--version']).status === 0;

const xml = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@' });

describe('dashManifest', () => {
  test.each(manifests)(
    "of %s is valid by MPEG's schema, where it is at hand, and well formed",
    (_, input) => {
      const text = dashManifest(input);
      expect(xml.parse(text, true).MPD['@type']).toBe(input.type);
      if (!canValidate) return;
      const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], {
        input: text,
        encoding: 'utf8',
      });
      expect([status, stderr.trim()]).toEqual([0, '- validates']);
    },
  );
});
