import type { DeployedService, Environment } from './config.ts';

/** The services that have an image; the others wait for `penstock image push`. */
export function deployable({ services }: Pick<Environment, 'services'>): DeployedService[] {
  return services.filter(({ image }) => image !== undefined);
}

/** What an operator should know before he deploys: one line each. */
export function warningsOf(environment: Environment): string[] {
  const { issuer } = environment.tls;
  const staging = `tls.issuer: ${issuer} in config/${environment.environment}.yaml: API Management does not validate the services' certificates. For trying out only`;
  return [...leftOut(environment), ...(issuer === 'letsencrypt-staging' ? [staging] : [])];
}

/** One line for each service that workload, edge and functions leave out. */
export function leftOut({ services, environment }: Environment): string[] {
  return services
    .filter(({ image }) => image === undefined)
    .map(
      ({ definition: { name }, directory }) =>
        `${name} has no image in config/${environment}.yaml yet: workload, edge and functions leave it out. ` +
        `penstock image push ${directory} prints the digest for services[].image`,
    );
}
