import { Duration, Validations } from 'aws-cdk-lib';
import {
  Capability,
  type ContainerDefinitionOptions,
  type HealthCheck,
  LinuxParameters,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';

/**
 * How every container of ours runs: without privileges (ports are above 1024) and without writing files; with a small init as process 1,
 * to which the kernel delivers no signals by default; and with the most time that ECS allows between SIGTERM and SIGKILL, which Fargate
 * Spot gives, too.
 */
export function containerRules(
  scope: Construct,
): Pick<ContainerDefinitionOptions, 'linuxParameters' | 'readonlyRootFilesystem' | 'stopTimeout' | 'user'> {
  const linuxParameters = new LinuxParameters(scope, 'Linux', { initProcessEnabled: true });
  linuxParameters.dropCapabilities(Capability.ALL);
  return {
    linuxParameters,
    readonlyRootFilesystem: true,
    stopTimeout: Duration.seconds(120),
    user: '1000:1000',
  };
}

/** The check that is part of each image, next to the program. `startSeconds`: how long it may take to start. */
export const imageHealthCheck = (startSeconds: number): HealthCheck => ({
  command: ['CMD', 'node', 'healthcheck.mjs'],
  interval: Duration.seconds(15),
  timeout: Duration.seconds(5),
  retries: 3,
  startPeriod: Duration.seconds(startSeconds),
});

/** Justifies what cdk-nag finds in a task: plain `variables`, and the wildcard that pulling an image takes. */
export function acknowledgeTask(task: TaskDefinition, variables: string): void {
  Validations.of(task).acknowledge({ id: 'AwsSolutions-ECS2', reason: variables });
  Validations.of(task.obtainExecutionRole()).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'ecr:GetAuthorizationToken has no resource-level permissions, so IAM only accepts a wildcard. The images that the role may pull are listed.',
  });
}
