import { type CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

export interface RemoteParametersProps {
  readonly logDays: RetentionDays;
  /** Changes with each deploy. */
  readonly deployedAt: string;
}

/**
 * SSM parameters of other regions, read during the deploy: CloudFormation itself only resolves those of its own region. The
 * stack that writes them must be deployed first. Each deploy reads them again: a value may have changed although neither its name nor
 * anything else here has, and CloudFormation repeats a call only if something in it changes (docs/decisions/0029). Create one per stack: the CDK makes a single function for all reads, and
 * gives it the role of the first.
 */
export class RemoteParameters extends Construct {
  readonly #reader: { readonly role: Role; readonly logGroup: LogGroup };

  readonly #deployedAt: string;

  constructor(scope: Construct, id: string, { logDays, deployedAt }: RemoteParametersProps) {
    super(scope, id);
    this.#deployedAt = deployedAt;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
    logGroup.grantWrite(role);
    this.#reader = { role, logGroup };
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
      ...this.#reader,
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
    // The function ignores it.
    const call = resource.node.findChild('Resource').node.defaultChild as CfnResource;
    call.addPropertyOverride('DeployedAt', this.#deployedAt);
    return resource.getResponseField('Parameter.Value');
  }
}
