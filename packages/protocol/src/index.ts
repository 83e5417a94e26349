/** Everything that crosses a process, described once: schemas, routes, events, limits, close codes, permissions. */
export * from './client.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './jobs.ts';
export * from './limits.ts';
export * from './model.ts';
export * from './permissions.ts';
export * from './routes.ts';
export * from './standardLabels.ts';
export * from './wire.ts';
