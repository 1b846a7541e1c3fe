import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parseAllDocuments } from 'yaml';
import type { Environment } from '../config.ts';
import { namespaceObjects, serviceObjects, type Facts } from '../kubernetes/objects.ts';
import { toYaml } from '../kubernetes/yaml.ts';
import { namesOf } from '../naming.ts';
import { deployable } from '../services.ts';

type Kind = new (data: object) => { validate(): void };

const kinds: Readonly<Record<string, Kind>> = {
  Namespace,
  ConfigMap,
  NetworkPolicy,
  ServiceAccount,
  Deployment,
  Service,
  HorizontalPodAutoscaler,
  PodDisruptionBudget,
};

/** An environment's Kubernetes objects, with something in the place of what only the cloud knows. */
export function objectsOf(environment: Environment, known: Partial<Facts> = {}): object[] {
  const facts: Facts = {
    registry: `${namesOf(environment).registry}.azurecr.io`,
    clientIdOf: () => '00000000-0000-0000-0000-000000000000',
    gatewayCertificates: '',
    ...known,
  };
  return [
    ...Object.values(namespaceObjects(environment, facts)),
    ...deployable(environment).flatMap((service) => Object.values(serviceObjects(environment, service, facts))),
  ];
}

/**
 * Holds the YAML of an environment's Kubernetes objects to Kubernetes' own schemas.
 * @returns how many objects there are, and what is wrong with them: one line an object
 */
export function checkObjects(environment: Environment): { readonly count: number; readonly mistakes: string[] } {
  const documents = parseAllDocuments(toYaml(objectsOf(environment))).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string } },
  );
  const mistakes = documents.flatMap((document) => {
    const where = `${document.kind} ${document.metadata.name}`;
    const Kind = kinds[document.kind];
    if (Kind === undefined) return [`${where}: no schema is known for this kind`];
    try {
      new Kind(document).validate();
      return [];
    } catch (error) {
      return [`${where}: ${(error as Error).message}`];
    }
  });
  return { count: documents.length, mistakes };
}
