import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SecretLocation } from '../../config/locations.ts';
import { grantSecret } from '../../infra/secret-access.ts';

export interface KeyPepperProps {
  /** The deployment's name; begins the secret's name. */
  readonly name: string;
  /** Whether it stays when the stack is deleted: as long as the streams do, for their keys are hashed under it. */
  readonly keepOnDelete: boolean;
  readonly encryptionKey: IKey;
}

/**
 * The secret under which stream keys are hashed. Secrets Manager makes it at the first deploy and nothing changes it: with
 * another one no stream key would open its stream any more.
 */
export class KeyPepper extends Construct {
  /** As programs are told. */
  readonly location: SecretLocation;
  readonly #secret: Secret;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, { name, keepOnDelete, encryptionKey }: KeyPepperProps) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.#secret = new Secret(this, 'Secret', {
      secretName: `${name}/key-pepper`,
      description: `Stream keys of ${name} are hashed under it. Change it and every stream key is void.`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      encryptionKey,
      removalPolicy: keepOnDelete ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.#secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'A rotated pepper would void every stream key at once. It never leaves Secrets Manager except to the programs that hash keys; a stream key itself is rotated through the API.',
    });
    this.location = `secretsmanager:${this.#secret.secretArn}`;
  }

  grantRead(grantee: IGrantable): void {
    grantSecret(grantee, this.#secret, this.#encryptionKey, ['secretsmanager:GetSecretValue']);
  }
}
