import { describe, expect, test } from '@jest/globals';
import { shieldRegionOf } from '../../../lib/edge/policy/shield-region.ts';

describe('the region of the Origin Shield', () => {
  test.each([
    ['eu-central-1', 'eu-central-1'],
    ['us-east-1', 'us-east-1'],
    ['ca-central-1', 'us-east-1'],
    ['eu-north-1', 'eu-west-2'],
    ['af-south-1', 'eu-west-1'],
    ['ap-east-1', 'ap-southeast-1'],
  ])('of %s is %s', (region, shield) => {
    expect(shieldRegionOf(region)).toBe(shield);
  });

  test('a region that is nearest to another has a shield itself', () => {
    const regions = ['us-west-1', 'ca-west-1', 'eu-west-3', 'me-south-1', 'ap-southeast-4', 'il-central-1'];
    for (const region of regions) {
      const shield = shieldRegionOf(region) ?? '';
      expect(shieldRegionOf(shield)).toBe(shield);
    }
  });

  test('of a region that nobody knows is none', () => {
    expect(shieldRegionOf('xx-nowhere-1')).toBeUndefined();
  });
});
