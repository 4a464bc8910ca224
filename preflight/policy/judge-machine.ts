import type { Deployment } from '../../lib/config/deployment.ts';
import type { MachineFacts } from '../facts.ts';
import type { Finding } from '../finding.ts';

const where = 'this machine';

/** The platforms that the deployment's images are built for. */
export const neededPlatforms = ({ compute }: Deployment): string[] => [
  'linux/arm64',
  ...(compute.gpuEncoders ? ['linux/amd64'] : []),
];

/** Whether the machine can build the images. */
export function judgeMachine(
  deployment: Deployment,
  { builder, running, platforms }: MachineFacts,
): Finding[] {
  if (!running)
    return [
      {
        check: 'docker',
        where,
        severity: 'missing',
        what: `\`${builder} version\` fails: images can't be built.`,
        mend: 'Install or start Docker, or name a compatible command: export CDK_DOCKER=podman',
      },
    ];
  const up: Finding = { check: 'docker', where, severity: 'ok', what: `${builder} is running.` };
  return [up, ...neededPlatforms(deployment).map((platform) => judgePlatform(platform, builder, platforms))];
}

function judgePlatform(platform: string, builder: string, platforms: MachineFacts['platforms']): Finding {
  const check = 'docker-platform';
  const mend = 'docker run --privileged --rm tonistiigi/binfmt --install all   # or install qemu-user-static';
  if (!platforms) {
    const what = `${builder} does not say whether it can build for ${platform}.`;
    return { check, where, severity: 'warning', what, mend };
  }
  if (platforms.includes(platform))
    return { check, where, severity: 'ok', what: `${builder} builds for ${platform}.` };
  return {
    check,
    where,
    severity: 'missing',
    what: `${builder} can't build for ${platform}.`,
    needed: platform,
    has: platforms.join(', '),
    mend,
  };
}
