import { at, blocks, mustBe, type Rule } from './rule.ts';

const type = 'azurerm_api_management';
const oldProtocols = [
  'frontend_ssl30',
  'frontend_tls10',
  'frontend_tls11',
  'backend_ssl30',
  'backend_tls10',
  'backend_tls11',
];

export const apiManagementRules: readonly Rule[] = [
  {
    id: 'CKV_AZURE_107',
    type,
    demand: 'the instance is joined to the virtual network',
    reason: 'The services have no other address.',
    holds: ({ arguments: all }) => at(all, 'virtual_network_configuration', 'subnet_id') !== undefined,
  },
  {
    id: 'CKV_AZURE_173',
    type,
    demand: 'nothing older than TLS 1.2 is turned on',
    reason: 'Older versions are broken.',
    holds: ({ arguments: all }) => oldProtocols.every((name) => at(all, 'security', `${name}_enabled`) !== true),
  },
  {
    id: 'CKV_AZURE_174',
    type,
    demand: 'public_network_access_enabled is false',
    reason: 'What is not for the public should not be reachable.',
    holds: mustBe(['public_network_access_enabled'], false),
    exceptions: [
      {
        when: 'always',
        reason:
          'It is the front door: callers come from the Internet with a key, and Azure refuses to create it closed.',
        applies: () => true,
      },
    ],
  },
  {
    id: 'CKV_AZURE_215',
    type: 'azurerm_api_management_backend',
    demand: 'the backend is called over HTTPS',
    reason: 'Requests carry people’s data.',
    holds: ({ arguments: all }) => String(all['url']).startsWith('https://'),
  },
  {
    id: 'PENSTOCK_5',
    type: 'azurerm_api_management_backend',
    demand: 'the backend’s certificate is validated, chain and name',
    reason: 'Else anyone in the network could answer in its place.',
    holds: ({ arguments: all }) =>
      at(all, 'tls', 'validate_certificate_chain') === true && at(all, 'tls', 'validate_certificate_name') === true,
    exceptions: [
      {
        when: 'tls.issuer: letsencrypt-staging',
        reason: 'The gateway doesn’t know the staging authority. For trying out only: synth warns each time.',
        applies: ({ tls }) => tls.issuer === 'letsencrypt-staging',
      },
    ],
  },
  {
    id: 'PENSTOCK_6',
    type: 'azurerm_api_management_subscription',
    demand: 'allow_tracing is false and the state is active',
    reason: 'A trace shows headers, policies and backends to the caller; the default state lets nobody call.',
    holds: ({ arguments: all }) => all['allow_tracing'] === false && all['state'] === 'active',
  },
  {
    id: 'PENSTOCK_7',
    type: 'azurerm_api_management_diagnostic',
    demand: 'no body, key or token is logged',
    reason: 'Logs are read by more people than keys are for.',
    holds: ({ arguments: all }) =>
      ['frontend_request', 'frontend_response', 'backend_request', 'backend_response'].every((side) => {
        const headers = blocks(at(all, side, 'headers_to_log')).map((header) => String(header).toLowerCase());
        const secret = ['authorization', 'ocp-apim-subscription-key', 'cookie', 'set-cookie'];
        return !headers.some((header) => secret.includes(header)) && Number(at(all, side, 'body_bytes') ?? 0) === 0;
      }),
  },
  {
    id: 'PENSTOCK_8',
    type: 'azurerm_api_management_api',
    demand: 'the API is served over HTTPS alone and needs a subscription',
    reason: 'A key in clear text is everybody’s key.',
    holds: ({ arguments: all }) =>
      all['subscription_required'] === true && blocks(all['protocols']).every((protocol) => protocol === 'https'),
  },
];
