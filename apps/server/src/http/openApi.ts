/** The protocol's table of routes as an OpenAPI 3.1 document. Holds no route of its own. */
import { ERRORS, errorBody, PROTOCOL_VERSION, type Route, routes } from '@cotrace/protocol';
import { z } from 'zod';

type Json = Record<string, unknown>;

export function openApi(options: { version: string; url: string }): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cotrace',
      version: options.version,
      description: `Protocol version ${PROTOCOL_VERSION}. Codes of errors: ${Object.keys(ERRORS).join(', ')}.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: options.url }],
    paths,
    components: {
      securitySchemes: {
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'cotrace.session_token',
          description: 'POST /api/auth/sign-in/email with {email, password} sets it',
        },
        token: { type: 'http', scheme: 'bearer', description: 'made by POST /api/tokens' },
        trainer: { type: 'http', scheme: 'bearer', description: 'COTRACE_TRAINER_TOKEN of the server' },
      },
      schemas: { Error: schemaOf(errorBody, 'output') },
      responses: {
        Error: {
          description: 'Why not',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
  };
}

function operation(name: string, route: Route): Json {
  const inPath = [...route.path.matchAll(/:([A-Za-z]+)/g)].map(([, key]) => ({
    name: key,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries((route.query?.shape ?? {}) as Record<string, z.ZodType>).map(
    ([key, schema]) => ({
      name: key,
      in: 'query',
      required: !schema.safeParse(undefined).success,
      schema: schemaOf(schema, 'input'),
    }),
  );
  return {
    operationId: name,
    summary: route.summary,
    description: `Access: ${route.access}`,
    security: securityOf(route),
    parameters: [...inPath, ...inQuery],
    ...(route.body ? { requestBody: { required: true, content: contentOf(route.body, 'input') } } : {}),
    responses: {
      ...(route.response
        ? { 200: { description: 'Done', content: contentOf(route.response, 'output') } }
        : { 204: { description: 'Done' } }),
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

function securityOf(route: Route): Json[] {
  if (route.access === 'public') return [];
  if (route.access === 'trainer') return [{ trainer: [] }];
  return [{ cookie: [] }, { token: [] }];
}

function contentOf(content: NonNullable<Route['body'] | Route['response']>, io: 'input' | 'output'): Json {
  if (content === 'multipart/form-data') {
    const files = { type: 'array', items: { type: 'string', format: 'binary' } };
    return { [content]: { schema: { type: 'object', properties: { files }, required: ['files'] } } };
  }
  if (typeof content === 'string') return { [content]: { schema: { type: 'string', format: 'binary' } } };
  return { 'application/json': { schema: schemaOf(content, io) } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
