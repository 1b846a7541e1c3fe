import { get, postJson } from '../request.ts';

/** `POST /update` would install from GitHub once a signature fits; there is no key file, so it fails before that. */
export const requests = [get('/version'), postJson('/update', { ref: 'refs/heads/main' }), get('/update')];
