import { type Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Deployment } from '../../lib/config/deployment.ts';
import { createApp } from '../../lib/infra/app.ts';
import { declarePlatform } from '../../lib/platform.ts';
import { makePageDir } from '../platform/page-dir.ts';
import { testDeployment } from './template.ts';

/** A deployment with every optional feature turned on. */
export const fullDeployment = (fields: object = {}): Deployment =>
  testDeployment({
    domain: { name: 'live.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
    plainRtmp: true,
    simulcast: true,
    managedEncoder: {},
    budget: { monthlyUsd: 6000, emails: ['operators@example.com'], stop: true },
    compute: { cpuEncoders: { spotPercent: 50 }, gpuEncoders: {} },
    ladder: {
      rungs: [
        {
          id: '720p',
          longSide: 1280,
          shortSide: 720,
          videoBps: 2_500_000,
          highRateVideoBps: 3_500_000,
          maxFrameRate: 60,
        },
      ],
      audioBps: 128_000,
    },
    retention: { recordingDays: 365 },
    api: {
      jwt: {
        issuer: 'https://login.example.com',
        audiences: ['headwater'],
        canarySecret: 'headwater/canary-client',
      },
      pageOrigins: ['https://console.example.com'],
    },
    canary: true,
    alarmEmails: ['operators@example.com'],
    ...fields,
  });

/** The same for all, so that templates differ only where deployments do. */
export const firstDeploy = '2026-01-01T00:00:00.000Z';

export interface SynthesizeOptions {
  /** Where the templates are written and kept. @default a temporary folder */
  readonly outdir?: string;
  /** Runs the CDK's own validator on every template, which takes seconds. @default true */
  readonly validate?: boolean;
}

/** Declares the whole platform as `bin/platform.ts` does, without bundling functions. */
export function synthesize(deployment: Deployment, { outdir, validate = true }: SynthesizeOptions = {}) {
  const app = createApp({
    context: { 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: validate,
    ...(outdir && { outdir }),
  });
  declarePlatform(app, { deployment, pageDir: makePageDir(), deployedAt: firstDeploy });
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  const assembly = app.synth();
  const templates = new Map(
    app.node.children
      .filter((child): child is Stack => 'templateFile' in child)
      .map((stack) => [stack.stackName, Template.fromStack(stack)]),
  );
  return { assembly, templates };
}
