import {
  Function as EdgeFunction,
  type FunctionAssociation,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  KeyValueStore,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import { denialFunctionCode } from '../policy/denial-function.ts';

export interface EdgeDenialsProps {
  /** The deployment's name. */
  readonly deployment: string;
}

/**
 * What viewers are denied: a key-value store that takedowns write, and the function that looks it up before the cache does, at
 * every request of media. The stack makes the store empty and never writes it, so a deploy changes no takedown.
 */
export class EdgeDenials extends Construct {
  readonly storeArn: string;
  /** For every behaviour of media. */
  readonly onRequest: FunctionAssociation;

  constructor(scope: Construct, id: string, { deployment }: EdgeDenialsProps) {
    super(scope, id);
    const store = new KeyValueStore(this, 'Store', {
      keyValueStoreName: `${deployment}-denials`,
      comment: `${deployment}: <region>/<stream> of streams that are taken down`,
    });
    this.storeArn = store.keyValueStoreArn;
    const lookUp = new EdgeFunction(this, 'LookUp', {
      functionName: `${deployment}-denials`,
      comment: 'Answers 410 for streams that are taken down',
      code: FunctionCode.fromInline(denialFunctionCode()),
      runtime: FunctionRuntime.JS_2_0,
      keyValueStore: store,
    });
    this.onRequest = { eventType: FunctionEventType.VIEWER_REQUEST, function: lookUp };
  }
}
