import type { Deployment } from '../../lib/config/deployment.ts';
import { synthesize } from '../aws/platform-templates.ts';
import type { StackTemplate } from './graph.ts';

/** The stacks of a deployment as synthesized, in the order of the app. */
export function stacksOf(deployment: Deployment): StackTemplate[] {
  const { assembly, templates } = synthesize(deployment, { validate: false });
  return [...templates].map(([name, template]) => ({
    name,
    template: template.toJSON(),
    dependsOn: assembly
      .getStackByName(name)
      .dependencies.map(({ id }) => id)
      .filter((id) => templates.has(id)),
  }));
}
