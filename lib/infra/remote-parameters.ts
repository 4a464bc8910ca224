import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { DeployCalls } from './deploy-calls.ts';

export interface RemoteParametersProps {
  readonly calls: DeployCalls;
  /** Changes with each deploy. */
  readonly deployedAt: string;
}

export interface RemoteParameter {
  readonly region: string;
  readonly name: string;
  /** ARN of the role to assume, if the parameter is in another account. @default the function's own */
  readonly role?: string;
}

/**
 * SSM parameters of other regions, read during the deploy: CloudFormation itself only resolves those of its own region. The
 * stack that writes them must be deployed first. Each deploy reads them again: a value may have changed although neither its name
 * nor anything else here has, and CloudFormation repeats a call only if something in it changes (docs/decisions/0029).
 */
export class RemoteParameters extends Construct {
  readonly #calls: DeployCalls;
  readonly #deployedAt: string;

  constructor(scope: Construct, id: string, { calls, deployedAt }: RemoteParametersProps) {
    super(scope, id);
    this.#calls = calls;
    this.#deployedAt = deployedAt;
  }

  /** The parameter's value, as a token. */
  read(id: string, { region, name, role }: RemoteParameter): string {
    const resource = this.#calls.make(this, id, {
      resourceType: 'Custom::RemoteParameter',
      repeatAt: this.#deployedAt,
      onUpdate: {
        service: 'SSM',
        action: 'getParameter',
        parameters: { Name: name },
        region,
        ...(role !== undefined && { assumedRoleArn: role }),
        outputPaths: ['Parameter.Value'],
        physicalResourceId: PhysicalResourceId.of(name),
      },
      permission: new PolicyStatement(
        role === undefined
          ? { actions: ['ssm:GetParameter'], resources: [this.#arnOf(region, name)] }
          : { actions: ['sts:AssumeRole'], resources: [role] },
      ),
    });
    return resource.getResponseField('Parameter.Value');
  }

  #arnOf(region: string, name: string): string {
    const parameter = { service: 'ssm', region, resource: 'parameter', resourceName: name.slice(1) };
    return Stack.of(this).formatArn(parameter);
  }
}
