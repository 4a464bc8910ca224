import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { DeployCalls } from './deploy-calls.ts';

export interface RemoteParametersProps {
  readonly calls: DeployCalls;
}

/**
 * SSM parameters of other regions, read during the deploy: CloudFormation itself only resolves those of its own region. The
 * stack that writes them must be deployed first.
 */
export class RemoteParameters extends Construct {
  readonly #calls: DeployCalls;

  constructor(scope: Construct, id: string, { calls }: RemoteParametersProps) {
    super(scope, id);
    this.#calls = calls;
  }

  /** The value of the parameter `name` in `region`, as a token. */
  read(id: string, { region, name }: { readonly region: string; readonly name: string }): string {
    const resource = this.#calls.make(this, id, {
      resourceType: 'Custom::RemoteParameter',
      onUpdate: {
        service: 'SSM',
        action: 'getParameter',
        parameters: { Name: name },
        region,
        outputPaths: ['Parameter.Value'],
        physicalResourceId: PhysicalResourceId.of(name),
      },
      permission: new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: [
          Stack.of(this).formatArn({
            service: 'ssm',
            region,
            resource: 'parameter',
            resourceName: name.slice(1),
          }),
        ],
      }),
    });
    return resource.getResponseField('Parameter.Value');
  }
}
