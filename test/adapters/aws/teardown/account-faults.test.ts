import { describe, expect, test } from '@jest/globals';
import { asAccountError, ignoreGone } from '../../../../lib/adapters/aws/teardown/account-faults.ts';
import { AccountError } from '../../../../lib/teardown/ports.ts';

const fault = (name: string, message: string, code?: string) =>
  Object.assign(new Error(message), { name, ...(code !== undefined && { code }) });
const words = (cause: Error) => asAccountError(cause, 'eu-central-1').message;

describe('what AWS answers is passed on in plain words', () => {
  test.each(['CredentialsProviderError', 'ExpiredToken', 'AuthFailure'])('%s: sign in', (name) => {
    expect(words(fault(name, 'no way'))).toMatch(/no valid AWS credentials \(no way\).*get-caller-identity/);
  });

  test('a missing permission names the call', () => {
    expect(words(fault('AccessDeniedException', 'not authorized to perform: ecs:DeleteService'))).toContain(
      'ecs:DeleteService',
    );
  });

  test('a region that does not exist', () => {
    expect(
      words(fault('Error', 'getaddrinfo ENOTFOUND ec2.eu-north-9.amazonaws.com', 'ENOTFOUND')),
    ).toContain('Check the name of the region');
  });

  test('anything else with its name and its cause', () => {
    const cause = fault('DependencyViolation', 'sg-1 has a dependent object');
    const error = asAccountError(cause, 'eu-central-1');
    expect(error.message).toBe(
      'AWS in eu-central-1 refused a call: DependencyViolation: sg-1 has a dependent object',
    );
    expect(error.cause).toBe(cause);
  });

  test('one that has its words keeps them', () => {
    const error = new AccountError('after 15 minutes');
    expect(asAccountError(error, 'eu-central-1')).toBe(error);
  });
});

describe('a deletion', () => {
  test.each([
    'InvalidGroup.NotFound',
    'EndpointGroupNotFoundException',
    'ResourceNotFoundException',
    'NoSuchBucket',
  ])('is done if AWS answers %s', async (name) => {
    await expect(ignoreGone(Promise.reject(fault(name, '')))).resolves.toBeUndefined();
  });

  test('is not done if AWS refuses it', async () => {
    await expect(ignoreGone(Promise.reject(fault('DependencyViolation', 'in use')))).rejects.toThrow(
      'in use',
    );
  });
});
