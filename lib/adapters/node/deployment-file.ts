import { readFile } from 'node:fs/promises';
import { type Deployment, DeploymentError, readDeployment } from '../../config/deployment.ts';

/** Reads a deployment file. Throws `DeploymentError`; `hint` tells people how to name another file. */
export async function readDeploymentFile(file: string, hint: string): Promise<Deployment> {
  const json = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new DeploymentError(file, [`cannot be read (${cause.message}). ${hint}`]);
  });
  return readDeployment(json, file);
}
