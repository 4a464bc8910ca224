import { DeploymentError, readDeployment } from '../../lib/config/deployment.ts';

/** The least that a deployment file must say. */
export const least = {
  name: 'live',
  regions: [{ name: 'eu-central-1' }],
  budget: { monthlyUsd: 100, emails: ['a@example.com'] },
};

/** Reads a deployment file with these fields, and the least of others. */
export const readFields = (fields: object) =>
  readDeployment(JSON.stringify({ ...least, ...fields }), 'deployment.json');

/** What is wrong with such a file; nothing if it is accepted. */
export function faultsOf(fields: object): readonly string[] {
  try {
    readFields(fields);
  } catch (fault) {
    if (fault instanceof DeploymentError) return fault.faults;
    throw fault;
  }
  return [];
}
