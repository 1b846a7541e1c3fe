import { get } from '../request.ts';

export const requests = [get('/name'), get('/name/'), get('/name?x=1')];
