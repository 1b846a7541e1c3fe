import { AssetType, TerraformAsset } from 'cdktf';
import type { Construct } from 'constructs';
import { join } from 'node:path';

/**
 * One of the charts in `charts/`, copied beside the stack's JSON. The path holds a hash of the chart, so a changed chart
 * is a changed release.
 */
export function localChart(scope: Construct, name: 'cluster-issuer' | 'service-extras'): string {
  const id = `${name}-chart`;
  const made = scope.node.tryFindChild(id) as TerraformAsset | undefined;
  const path = join(import.meta.dirname, 'charts', name);
  return (made ?? new TerraformAsset(scope, id, { path, type: AssetType.DIRECTORY })).path;
}
