import { guidOf, pretended } from '../identifiers.ts';
import type { Answer } from '../provider.ts';
import type { Json } from '../resources.ts';

/** The data plane of Key Vaults: secrets and certificates, one version each after the other. */
export class VaultPlane {
  readonly #items = new Map<string, Json[]>();
  /** DER of the certificate that every made certificate is. */
  readonly #certificate: string;

  /** @param certificate PEM */
  constructor(certificate: string) {
    this.#certificate = certificate.replace(/-----[^-]+-----|\s/g, '');
  }

  answer(method: string, host: string, path: string, body: Json): Answer {
    if (path === '/' || path === '') return challenge();
    const [, kind = '', name = '', rest = ''] = /^\/(secrets|certificates)\/([^/]+)(?:\/(.*?))?\/?$/.exec(path) ?? [];
    if (name === '') return { status: path.startsWith('/deleted') ? 404 : 200, body: {} };
    const key = `${host}/${kind}/${name}`.toLowerCase();
    if (method === 'DELETE') return this.#delete(key, kind, name);
    if (method === 'PUT' || (method === 'POST' && rest === 'create')) return this.#make(key, host, kind, name, body);
    if (method === 'PATCH') return { status: 200, body: this.#items.get(key)?.at(-1) };
    return this.#get(key, kind, name, rest);
  }

  #make(key: string, host: string, kind: string, name: string, body: Json): Answer {
    const versions = this.#items.get(key) ?? [];
    const version = guidOf(`${key} ${versions.length}`).replaceAll('-', '');
    const at = (as: string) => `https://${host}/${as}/${name}/${version}`;
    const now = Math.floor(Date.now() / 1000);
    const attributes = {
      enabled: true,
      created: now,
      updated: now,
      recoveryLevel: 'Recoverable',
      // A secret ends only when it is told to.
      ...(kind === 'certificates' && { nbf: now, exp: now + 63_072_000 }),
      ...(body['attributes'] as Json | undefined),
    };
    const item: Json = { ...body, id: at(kind), attributes };
    if (kind === 'certificates') {
      Object.assign(item, {
        kid: at('keys'),
        sid: at('secrets'),
        cer: this.#certificate,
        x5t: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA',
      });
      this.#items.set(`${host}/secrets/${name}`.toLowerCase(), [{ id: at('secrets'), value: '', attributes }]);
    }
    this.#items.set(key, [...versions, item]);
    return kind === 'certificates' ? { status: 202, body: operation(host, name) } : { status: 200, body: item };
  }

  #get(key: string, kind: string, name: string, rest: string): Answer {
    const versions = this.#items.get(key) ?? [];
    if (rest === 'pending' && versions.length > 0) return { status: 200, body: operation(key.split('/')[0]!, name) };
    if (rest === 'policy') return { status: 200, body: versions.at(-1)?.['policy'] ?? {} };
    const found = rest === '' ? versions.at(-1) : versions.find(({ id }) => String(id).endsWith(rest));
    if (found !== undefined) return { status: 200, body: found };
    const code = kind === 'secrets' ? 'SecretNotFound' : 'CertificateNotFound';
    return { status: 404, body: { error: { code, message: `${name} was not found in this key vault` } } };
  }

  #delete(key: string, kind: string, name: string): Answer {
    const last = this.#items.get(key)?.at(-1);
    this.#items.delete(key);
    return { status: 200, body: { ...last, recoveryId: `https://${key.split('/')[0]}/deleted${kind}/${name}` } };
  }
}

function operation(host: string, name: string): Json {
  const id = `https://${host}/certificates/${name}/pending`;
  return { id, status: 'completed', target: `https://${host}/certificates/${name}`, issuer: { name: 'Self' } };
}

function challenge(): Answer {
  const authorization = `Bearer authorization="https://login.microsoftonline.com/${pretended.tenant}", resource="https://vault.azure.net"`;
  return { status: 401, body: {}, headers: { 'www-authenticate': authorization } };
}
