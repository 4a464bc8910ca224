import { DefaultStackSynthesizer, PermissionsBoundary, type Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Deployment } from '../config/deployment.ts';
import { deploymentTag } from '../config/names.ts';

type Adopted = Pick<Deployment, 'name' | 'tags' | 'permissionsBoundary' | 'bootstrapQualifier'>;

/** What a deployment file says about every stack: the boundary of its roles, and how it was bootstrapped. */
export function stackProps({ name, tags, permissionsBoundary, bootstrapQualifier }: Adopted): StackProps {
  return {
    // CloudFormation takes a megabyte.
    suppressTemplateIndentation: true,
    // CloudFormation hands them on to what the CDK itself doesn't tag: the functions of its custom resources.
    tags: { ...tags, [deploymentTag]: name },
    // An aspect: it reaches the roles that the CDK makes for its own functions, too.
    ...(permissionsBoundary !== undefined && {
      permissionsBoundary: PermissionsBoundary.fromName(permissionsBoundary),
    }),
    ...(bootstrapQualifier !== undefined && {
      synthesizer: new DefaultStackSynthesizer({ qualifier: bootstrapQualifier }),
    }),
  };
}

/** Tags every resource of a stack that can be tagged. */
export function tagStack(stack: Stack, { name, tags }: Adopted): void {
  for (const [key, value] of Object.entries({ ...tags, [deploymentTag]: name }))
    Tags.of(stack).add(key, value);
}
