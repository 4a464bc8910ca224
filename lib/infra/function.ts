import { resolve } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { programCodec } from '../config/programs/program.ts';
import { packageRoot } from '../package-root.ts';

export interface PlatformFunctionProps {
  /** Folder in lambda/ with the function's handler.ts. */
  readonly handler: string;
  readonly description: string;
  /** Output of the function's codec. Never contains a secret, only its location. */
  readonly environment: Record<string, string>;
  /** The CloudWatch namespace of the metrics in its log. */
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
  /** CPU share grows with it. @default 256 */
  readonly memoryMiB?: number;
  /** @default 10 seconds */
  readonly timeout?: Duration;
}

/**
 * A Lambda function: Node 24 on ARM, bundled as one ES module, so that what was tested is what runs.
 *
 * Until more is granted, its role can only write its own log. It reserves no concurrency: a reservation is taken from the
 * account's limit, and no function may starve another. X-Ray is off: each function does one thing, its log covers it, and
 * traces would need a permission on every resource.
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
    // A dedicated role: the CDK's default one has a managed policy for the logs of every function.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.grantPrincipal = role;
    this.function = new NodejsFunction(this, 'Function', {
      entry: resolve(packageRoot, 'lambda', props.handler, 'handler.ts'),
      // Nothing is installed for it, so any file in the root does; packages contain no lockfile.
      depsLockFilePath: resolve(packageRoot, 'package.json'),
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
        // The SDK is bundled too: Lambda's version changes, ours is pinned by the lockfile.
        externalModules: [],
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        // CommonJS packages inside an ES module call `require` for Node built-ins.
        banner:
          "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
  }
}
