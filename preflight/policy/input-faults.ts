import type { Deployment } from '../../lib/config/deployment.ts';

/** What the deployment file names and AWS doesn't have: a line for each. */
export const unknownRegions = ({ regions }: Deployment, known: ReadonlySet<string>): string[] =>
  regions.flatMap(({ name }, index) =>
    known.has(name) ? [] : [`regions.${index}.name: there is no AWS region ${name}`],
  );
