#!/usr/bin/env node
// The command line runs from TypeScript source: tsx first, then the program.
import { register } from 'tsx/esm/api';

register();
await import('../src/main.ts');
