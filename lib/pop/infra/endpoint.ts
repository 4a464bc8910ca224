import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { EndpointGroup, Listener } from 'aws-cdk-lib/aws-globalaccelerator';
import { NetworkLoadBalancerEndpoint } from 'aws-cdk-lib/aws-globalaccelerator-endpoints';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { popParameters, popRegion } from '../../config/names.ts';

export interface PopEndpointProps {
  /** The deployment's name. */
  readonly name: string;
  /** Whether RTMP without TLS is taken, on TCP 1935. */
  readonly plainRtmp: boolean;
  readonly balancer: NetworkLoadBalancer;
  readonly logDays: RetentionDays;
}

/**
 * A region's place behind the accelerator: an endpoint group for each listener, with the region's balancer in it. The
 * listeners' ARNs are read from the pop stack's parameters while this one is deployed, so the pop has to be there first.
 *
 * The balancer listens on the accelerator's own ports, so none is overridden. How healthy it is tells its target groups:
 * Global Accelerator does not use a group's own health check for a load balancer.
 */
export class PopEndpoint extends Construct {
  readonly #parameterReader: { readonly role: Role; readonly logGroup: LogGroup };
  readonly #balancer: NetworkLoadBalancer;

  constructor(scope: Construct, id: string, props: PopEndpointProps) {
    super(scope, id);
    this.#balancer = props.balancer;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    this.#parameterReader = { role, logGroup };

    const parameters = popParameters(props.name);
    this.#attach('Tls', parameters.tlsListenerArn);
    this.#attach('Udp', parameters.udpListenerArn);
    if (props.plainRtmp) this.#attach('Rtmp', parameters.rtmpListenerArn);
  }

  #attach(id: string, parameter: string): void {
    const listenerArn = this.#read(`${id}ListenerArn`, parameter);
    new EndpointGroup(this, id, {
      listener: Listener.fromListenerArn(this, `${id}Listener`, listenerArn),
      region: Stack.of(this).region,
      // Turn it down by hand to empty a region: connections that stand stay.
      trafficDialPercentage: 100,
      endpoints: [new NetworkLoadBalancerEndpoint(this.#balancer, { preserveClientIp: true })],
    });
  }

  /** A parameter of the pop stack; CloudFormation itself resolves those of its own region only. */
  #read(id: string, parameter: string): string {
    const call = {
      service: 'SSM',
      action: 'getParameter',
      parameters: { Name: parameter },
      region: popRegion,
      outputPaths: ['Parameter.Value'],
      physicalResourceId: PhysicalResourceId.of(parameter),
    };
    const resource = new AwsCustomResource(this, id, {
      resourceType: 'Custom::PopParameter',
      onUpdate: call,
      installLatestAwsSdk: false,
      ...this.#parameterReader,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          actions: ['ssm:GetParameter'],
          resources: [
            Stack.of(this).formatArn({
              service: 'ssm',
              region: popRegion,
              resource: 'parameter',
              resourceName: parameter.slice(1),
            }),
          ],
        }),
      ]),
    });
    return resource.getResponseField('Parameter.Value');
  }
}
