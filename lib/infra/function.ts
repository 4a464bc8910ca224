import { resolve } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { programCodec } from '../config/program.ts';

const root = resolve(import.meta.dirname, '../..');

export interface PlatformFunctionProps {
  /** The folder in lambda/ that has the function's handler.ts. */
  readonly handler: string;
  readonly description: string;
  /** What the function's codec encodes. Never a secret: only where it is kept. */
  readonly environment: Record<string, string>;
  /** The CloudWatch namespace of the metrics in its log. */
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
  /** @default 256; the share of a processor grows with it */
  readonly memoryMiB?: number;
  /** @default 10 seconds */
  readonly timeout?: Duration;
}

/**
 * One of our functions: Node 24 on ARM, one ES module with everything in it, so that what was tested is what runs.
 *
 * Its role can write its own log and nothing else until something is granted. It reserves no concurrency: a reservation
 * takes from the account's and none of our functions may starve another. X-Ray is off: each function does one thing, its
 * log tells it, and traces would need a permission on every resource.
 */
export class PlatformFunction extends Construct implements IGrantable {
  readonly function: NodejsFunction;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: PlatformFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Our own role: the one that the CDK would make has a managed policy for the logs of every function.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.grantPrincipal = role;
    this.function = new NodejsFunction(this, 'Function', {
      entry: resolve(root, 'lambda', props.handler, 'handler.ts'),
      depsLockFilePath: resolve(root, 'package-lock.json'),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB ?? 256,
      timeout: props.timeout ?? Duration.seconds(10),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        ...props.environment,
        ...programCodec.encode({ metricsNamespace: props.metricsNamespace }),
        NODE_OPTIONS: '--enable-source-maps',
      },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        // The SDK too: the version that Lambda has moves, ours is in the lockfile.
        externalModules: [],
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        // CommonJS packages inside an ES module call `require` for what Node has built in.
        banner:
          "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
  }
}
