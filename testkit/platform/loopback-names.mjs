// Preloaded into a program (NODE_OPTIONS=--import): resolves every name to this machine, for clients that prefix the host name.
import dns from 'node:dns';

const { lookup } = dns;
dns.lookup = (_name, ...rest) => lookup('127.0.0.1', ...rest);
