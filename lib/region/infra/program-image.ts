import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerImageAsset, type Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { type ImageName, programFiles } from './program-files.ts';

export interface ProgramImageProps {
  readonly image: ImageName;
  /** Target platform: the architecture of the tasks that run the image. */
  readonly platform: Platform;
}

/**
 * The image of a program. Its files are made at synthesis, with esbuild only; Docker builds the image when the stack is
 * deployed. The asset's hash depends only on the files and the platform.
 */
export class ProgramImage extends Construct {
  readonly containerImage: ContainerImage;

  constructor(scope: Construct, id: string, { image, platform }: ProgramImageProps) {
    super(scope, id);
    // The asset copies the folder into the cloud assembly immediately.
    using folder = mkdtempDisposableSync(join(tmpdir(), 'headwater-image-'));
    for (const [name, bytes] of programFiles(image)) writeFileSync(join(folder.path, name), bytes);
    this.containerImage = ContainerImage.fromDockerImageAsset(
      new DockerImageAsset(this, 'Asset', {
        directory: folder.path,
        platform,
        assetName: `headwater-${image}`,
        displayName: `${image} for ${platform.platform}`,
      }),
    );
  }
}
