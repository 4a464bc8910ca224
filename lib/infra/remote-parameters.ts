import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

export interface RemoteParametersProps {
  readonly logDays: RetentionDays;
}

/**
 * SSM parameters of other regions, read during the deploy: CloudFormation itself only resolves those of its own region. The
 * stack that writes them must be deployed first. Create one per stack: the CDK makes a single function for all reads, and
 * gives it the role of the first.
 */
export class RemoteParameters extends Construct {
  /** The role and log of the one function, for other calls that a construct makes with it. */
  readonly caller: { readonly role: Role; readonly logGroup: LogGroup };

  constructor(scope: Construct, id: string, { logDays }: RemoteParametersProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
    logGroup.grantWrite(role);
    this.caller = { role, logGroup };
  }

  /** The value of the parameter `name` in `region`, as a token. */
  read(id: string, { region, name }: { readonly region: string; readonly name: string }): string {
    const resource = new AwsCustomResource(this, id, {
      resourceType: 'Custom::RemoteParameter',
      onUpdate: {
        service: 'SSM',
        action: 'getParameter',
        parameters: { Name: name },
        region,
        outputPaths: ['Parameter.Value'],
        physicalResourceId: PhysicalResourceId.of(name),
      },
      installLatestAwsSdk: false,
      ...this.caller,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
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
      ]),
    });
    return resource.getResponseField('Parameter.Value');
  }
}
