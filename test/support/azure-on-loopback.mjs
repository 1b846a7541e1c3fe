// Loaded before a program (NODE_OPTIONS): Azure's storage hosts are on this machine, as a hosts file would have it.
import dns from 'node:dns';

const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(/\.blob\.core\.windows\.net$/.test(name) ? '127.0.0.1' : name, ...rest);
