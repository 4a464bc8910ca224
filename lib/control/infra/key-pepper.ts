import { Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SecretLocation } from '../../config/locations.ts';
import { removal } from '../../infra/removal.ts';
import { grantSecret } from '../../infra/secret-access.ts';

export interface KeyPepperProps {
  /** The deployment's name, which prefixes the secret's name. */
  readonly name: string;
  /** Keep the secret when the stack is deleted. Must match the streams, whose keys are hashed with it. */
  readonly keepOnDelete: boolean;
  readonly encryptionKey: IKey;
}

/**
 * The secret that stream keys are hashed with. Secrets Manager generates it on the first deploy and nothing changes it
 * afterwards: with a different one, every stream key would stop working.
 */
export class KeyPepper extends Construct {
  /** As configured for programs. */
  readonly location: SecretLocation;
  readonly #secret: Secret;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, { name, keepOnDelete, encryptionKey }: KeyPepperProps) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.#secret = new Secret(this, 'Secret', {
      secretName: `${name}/key-pepper`,
      description: `The stream keys of ${name} are hashed with this secret. Changing it invalidates every stream key.`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      encryptionKey,
      removalPolicy: removal(keepOnDelete),
    });
    Validations.of(this.#secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Rotating the pepper would invalidate every stream key at once. Only the programs that hash keys read it from Secrets Manager; stream keys themselves are rotated through the API.',
    });
    this.location = `secretsmanager:${this.#secret.secretArn}`;
  }

  grantRead(grantee: IGrantable): void {
    grantSecret(grantee, this.#secret, this.#encryptionKey, ['secretsmanager:GetSecretValue']);
  }
}
