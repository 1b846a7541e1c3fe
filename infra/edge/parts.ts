import type { ApiManagement } from '@cdktf/provider-azurerm/lib/api-management/index.js';
import type { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group/index.js';
import type { ITerraformDependable, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import { referencesOf } from '../../policies/references.ts';
import type { PolicySet } from './policy-set.ts';

/** What every part of the edge works with. */
export interface Edge {
  readonly group: ResourceGroup;
  readonly instance: ApiManagement;
  readonly policies: PolicySet;
  /** What policies may name, by its kind and name: `backend boston-housing`. */
  readonly known: Map<string, Construct>;
}

/**
 * The resources that a policy document names, for its `dependsOn`: to Terraform the XML is a text.
 * @throws TypeError for a name that the edge does not deploy; API Management would refuse the document
 */
export function dependenciesOf(xml: string, known: Edge['known']): ITerraformDependable[] {
  const { backends, certificates, fragments, namedValues } = referencesOf(xml);
  const names = [
    ...backends.map((name) => `backend ${name}`),
    ...certificates.map((name) => `certificate ${name}`),
    ...fragments.map((name) => `fragment ${name}`),
    ...namedValues.map((name) => `named value ${name}`),
  ];
  return names.map((name) => {
    const resource = known.get(name);
    if (resource === undefined) throw new TypeError(`a policy names ${name}, which the edge does not deploy`);
    return resource as TerraformResource;
  });
}
