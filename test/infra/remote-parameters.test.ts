import { expect, test } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../../lib/infra/app.ts';
import { declarePlatform } from '../../lib/platform.ts';
import { testDeployment } from '../../testkit/aws/template.ts';
import { makePageDir } from '../../testkit/platform/page-dir.ts';

/** The region's stack as the app of the command line declares it. */
function cell(deployedAt?: string, fields: object = {}): Template {
  const app = createApp({
    context: { 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
  });
  declarePlatform(app, { deployment: testDeployment(fields), pageDir: makePageDir(), deployedAt });
  return Template.fromStack(app.node.findChild('headwater-eu-central-1') as Stack);
}
const withoutTime = (template: Template) =>
  JSON.stringify(template.toJSON()).replace(/"[Dd]eployedAt":"[^"]+"/g, '');
const timesOf = (template: Template, type = 'Custom::RemoteParameter') =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties.DeployedAt as string);

test('each deploy reads the values of the global stacks again, and changes nothing else', () => {
  const beforeMs = Date.now();
  const deploy = cell();
  const times = timesOf(deploy);
  expect(times.length).toBeGreaterThan(4);
  for (const time of times) expect(Date.parse(time)).toBeGreaterThanOrEqual(beforeMs);
  const pinned = cell('once');
  expect(new Set(timesOf(pinned))).toEqual(new Set(['once']));
  expect(withoutTime(deploy)).toBe(withoutTime(pinned));
});

test('each deploy writes the console’s document again, because a new edge has an empty bucket', () => {
  const api = { jwt: { issuer: 'https://login.example.com', audiences: ['headwater'] } };
  expect(timesOf(cell('now', { api }), 'Custom::PageRegionDocument')).toEqual(['now']);
});
