// Loaded before a program (NODE_OPTIONS=--import): every name is this machine, for clients that put something before a host.
import dns from 'node:dns';

const { lookup } = dns;
dns.lookup = (_name, ...rest) => lookup('127.0.0.1', ...rest);
