import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeSelfSigned } from '../../../lib/adapters/node/self-signed.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

test.each([
  ['ec', 'ecdsa-with-SHA256', '(256 bit)'],
  ['rsa', 'sha256WithRSAEncryption', '(2048 bit)'],
] as const)(
  'a self-signed %s certificate is one that a person can trust: SHA-256, an authority, good for a server',
  async (keyType, algorithm, size) => {
    const names = { hosts: ['localhost'], addresses: ['127.0.0.1'] };
    const { certificate } = await makeSelfSigned(names, 30, keyType);
    expect(certificate).toMatch(/-----END CERTIFICATE-----\n$/);
    const leaf = new X509Certificate(certificate);
    expect(leaf.ca).toBe(true);
    expect(leaf.verify(leaf.publicKey)).toBe(true);
    expect([leaf.checkHost('localhost'), leaf.checkIP('127.0.0.1')]).toEqual(['localhost', '127.0.0.1']);
    const folder = await temporaryFolder();
    try {
      const path = join(folder.path, 'certificate.pem');
      writeFileSync(path, certificate);
      const text = execFileSync('openssl', ['x509', '-in', path, '-noout', '-text']).toString();
      expect(text).toContain(`Signature Algorithm: ${algorithm}`);
      expect(text).toContain(size);
      expect(text).toContain('Digital Signature, Certificate Sign');
      expect(text).toContain('TLS Web Server Authentication');
      expect(execFileSync('openssl', ['verify', '-CAfile', path, path]).toString()).toContain('OK');
    } finally {
      await folder.remove();
    }
  },
);
