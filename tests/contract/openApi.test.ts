/** The document at /api/openapi.json: OpenAPI 3.1, whole, and the same as the table of routes. */
import { type Route, type RouteName, routes } from '@cotrace/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../apps/server/src/testing/testServer.ts';

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, object>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: object;
}

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await startTestServer();
  document = (await (await fetch(`${server.origin}/api/openapi.json`)).json()) as Document;
});
afterAll(() => server[Symbol.asyncDispose]());

const all = Object.entries(routes) as [RouteName, Route][];

it('is OpenAPI 3.1', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.info).toMatchObject({ title: 'Cotrace', version: '0.0.0' });
});

it.each(all)('holds %s', (name, route) => {
  const operation = document.paths[route.path.replace(/:([A-Za-z]+)/g, '{$1}')]?.[route.method.toLowerCase()];
  expect(operation?.operationId).toBe(name);
  const inPath = operation!.parameters.filter((parameter) => parameter.in === 'path');
  expect(inPath.map((parameter) => parameter.name)).toEqual(
    [...route.path.matchAll(/:([A-Za-z]+)/g)].map(([, key]) => key),
  );
  expect(inPath.every(({ required }) => required)).toBe(true);
  expect(operation!.requestBody !== undefined).toBe(route.body !== undefined);
  expect(Object.keys(operation!.responses)).toEqual([route.response ? '200' : '204', 'default']);
});

it('holds nothing else', () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(operations).toHaveLength(all.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(all.length);
});

it('refers only to what it holds', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"(#[^"]*)"/g)].map((match) => match[1]!);
  expect(references.length).toBeGreaterThan(0);
  for (const reference of new Set(references)) {
    const found = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document);
    expect(found, reference).toBeDefined();
  }
});

it('leaves addresses that it does not name to a 404 in JSON', async () => {
  const answer = await fetch(`${server.origin}/api/nothing/here`);
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
});

it('comes with headers that keep pages safe', async () => {
  const { headers } = await fetch(`${server.origin}/healthz`);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('x-powered-by')).toBeNull();
});

it('says what is wrong with a body, by field', async () => {
  const ask = (body: string) =>
    fetch(`${server.origin}/api/projects`, {
      method: 'POST',
      headers: { ...server.owner.headers, 'content-type': 'application/json' },
      body,
    });
  const wrong = await ask(JSON.stringify({ name: '', tasks: [] }));
  expect([wrong.status, await wrong.json()]).toMatchObject([
    400,
    { code: 'BAD_REQUEST', message: expect.stringMatching(/body\.name.*body\.tasks/) },
  ]);
  const rubbish = await ask('{"name":');
  expect([rubbish.status, await rubbish.json()]).toMatchObject([400, { code: 'BAD_REQUEST' }]);
  const long = await ask(JSON.stringify({ name: 'x'.repeat(2_000_000) }));
  expect([long.status, await long.json()]).toMatchObject([413, { code: 'UPLOAD_TOO_LARGE' }]);
});
