import { pretended } from '../identifiers.ts';
import { roleId, type ResourceProvider } from '../provider.ts';

const built = '/providers/microsoft.authorization/roledefinitions';

export const authorization: ResourceProvider = {
  namespace: 'microsoft.authorization',
  adds: {
    'microsoft.authorization/roleassignments': (assignment) => {
      const { id, properties } = assignment;
      properties['scope'] = id.slice(0, id.toLowerCase().lastIndexOf('/providers/microsoft.authorization'));
    },
  },
  answer({ method, path, query }, { roles }) {
    const at = path.toLowerCase().lastIndexOf(built);
    if (method !== 'GET' || at < 0) return undefined;
    const id = path.slice(at + built.length + 1);
    if (id !== '') return { status: 200, body: definition(id, roles.get(id) ?? 'Reader') };
    const [, name] = /roleName eq '([^']+)'/i.exec(query.get('$filter') ?? '') ?? [];
    if (name !== undefined) roles.set(roleId(name), name);
    return { status: 200, body: { value: name === undefined ? [] : [definition(roleId(name), name)] } };
  },
};

function definition(id: string, roleName: string) {
  return {
    id: `/subscriptions/${pretended.subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    name: id,
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName,
      type: 'BuiltInRole',
      description: '',
      assignableScopes: ['/'],
      permissions: [{ actions: [], notActions: [], dataActions: [], notDataActions: [] }],
    },
  };
}
