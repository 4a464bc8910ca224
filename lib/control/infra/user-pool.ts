import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
  UserPoolGroup,
  UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { privilegedScopes, type Scope, scopes } from '../../config/scopes.ts';
import { removal } from '../../infra/removal.ts';
import { signInReturnPath } from '../../player/policy/runtime-config.ts';
import { cognitoNames } from '../policy/console-sign-in.ts';

export interface ConsoleUserPoolProps {
  /** The deployment's name. */
  readonly name: string;
  /** Where the console is. Without a trailing slash. */
  readonly pageBaseUrl: string;
  /** Keep the users when the stack is deleted. */
  readonly keepOnDelete: boolean;
}

const meanings: Readonly<Record<Scope, string>> = {
  'streams:read': 'See one’s own streams',
  'streams:write': 'Create, change and delete one’s own streams',
  takedown: 'Take streams down and restore them',
  platform: 'See the fleet, and the streams of every owner',
};

/**
 * Users of the console, for every region's API: a Cognito user pool with the API's scopes, Cognito's own sign-in page, and a client
 * without a secret, for code and PKCE. Administrators create users. Cognito grants every user the client's scopes, so the API
 * asks for the group of a privileged scope's name as well.
 */
export class ConsoleUserPool extends Construct {
  readonly userPoolId: string;
  readonly issuer: string;
  readonly clientId: string;

  constructor(scope: Construct, id: string, { name, pageBaseUrl, keepOnDelete }: ConsoleUserPoolProps) {
    super(scope, id);
    const names = cognitoNames(name);
    const { account, region, urlSuffix } = Stack.of(this);
    const pool = new UserPool(this, 'Users', {
      userPoolName: `${name}-console`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      removalPolicy: removal(keepOnDelete),
    });
    Validations.of(pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason:
        'The plus plan guards public sign-up at $0.02 per user and month; here, administrators create users, and each needs a second factor.',
    });
    const offered = scopes.map(
      (scopeName) => new ResourceServerScope({ scopeName, scopeDescription: meanings[scopeName] }),
    );
    const server = new UserPoolResourceServer(this, 'Api', {
      userPool: pool,
      identifier: names.resourceServer,
      userPoolResourceServerName: `Control API of ${name}`,
      scopes: offered,
    });
    for (const groupName of privilegedScopes) {
      new UserPoolGroup(this, `Group-${groupName}`, {
        userPool: pool,
        groupName,
        description: meanings[groupName],
      });
    }
    new UserPoolDomain(this, 'SignInPage', {
      userPool: pool,
      cognitoDomain: { domainPrefix: names.domainPrefix(account) },
    });
    const client = new UserPoolClient(this, 'Client', {
      userPool: pool,
      userPoolClientName: `${name}-console`,
      generateSecret: false,
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      // Without a list Cognito allows its own way of renewal, which it refuses together with rotation.
      authFlows: { userSrp: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, ...offered.map((each) => OAuthScope.resourceServer(server, each))],
        callbackUrls: [`${pageBaseUrl}${signInReturnPath}`],
        logoutUrls: [`${pageBaseUrl}${signInReturnPath}`],
      },
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.hours(12),
      // Long enough for a response that got lost, or for two tabs that were one.
      refreshTokenRotationGracePeriod: Duration.seconds(30),
      enableTokenRevocation: true,
    });
    this.userPoolId = pool.userPoolId;
    this.issuer = `${names.issuerOrigin(region, urlSuffix)}/${pool.userPoolId}`;
    this.clientId = client.userPoolClientId;
  }
}
