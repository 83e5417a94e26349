/** The structure of the project, held: imports, documents, specifications, names. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, importsOf, MAY_IMPORT, ROOT, readSources, violations } from './boundaries.ts';

const sources = [...readSources('packages'), ...readSources('apps')];
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('imports', () => {
  it('keep to the table', () => {
    expect(sources.flatMap(violations)).toEqual([]);
  });

  it.each([
    ['packages/mask/src/x.ts', `import * as Y from 'yjs';`],
    ['packages/mask/src/x.ts', `import { may } from '@cotrace/protocol';`],
    ['packages/mask-doc/src/x.ts', `export * from '@cotrace/protocol';`],
    ['packages/training/src/x.ts', `import { routes } from '@cotrace/protocol';`],
    ['apps/web/src/x.ts', `import { createUnet } from '@cotrace/unet';`],
    ['apps/web/src/x.ts', `import { open } from '../../server/src/store/openStore.ts';`],
    ['apps/server/src/rooms/x.ts', `import { PrismaClient } from '../store/generated/client.ts';`],
    ['apps/trainer/src/x.ts', `const db = await import('@prisma/client');`],
    ['apps/cli/src/x.ts', `import { encode } from '@cotrace/mask/src/bytes.ts';`],
    ['packages/metrics/src/x.ts', `import { readFileSync } from 'node:fs';`],
  ])('are refused where the table forbids them: %s: %s', (path, text) => {
    expect(violations({ path, text })).toHaveLength(1);
  });

  it('are found in every form', () => {
    expect(
      importsOf(
        `import a from 'a';\nimport {\n b,\n} from "b";\nexport * from 'c';\nawait import('d');\nimport 'e';`,
      ),
    ).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('have a row in the table for every package', () => {
    const folders = filesBelow('', (path) => /^(apps|packages)\/[^/]+\/package\.json$/.test(path)).map(
      (path) => path.replace('/package.json', ''),
    );
    expect(folders.sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('of one package come through its index only', () => {
    for (const folder of Object.keys(MAY_IMPORT).filter((name) => name.startsWith('packages/'))) {
      expect(JSON.parse(read(`${folder}/package.json`)).exports).toEqual({ '.': './src/index.ts' });
    }
  });
});

describe('pure packages', () => {
  it.each(['mask', 'mask-doc', 'protocol', 'metrics', 'image-io', 'tissue', 'graph'])(
    '%s compiles without Node and without a DOM',
    (name) => {
      const own = JSON.parse(read(`packages/${name}/tsconfig.json`));
      expect(own.compilerOptions?.types ?? []).toEqual([]);
      expect(own.compilerOptions?.lib ?? ['es2022']).toEqual(['es2022']);
      expect(JSON.parse(read(`packages/${name}/turbo.json`)).tags).toEqual(['pure']);
    },
  );
});

describe('specifications', () => {
  const specs = filesBelow('packages', (path) => path.endsWith('SPEC.md'));
  it('exist for the mask and its document', () => {
    expect(specs).toEqual(expect.arrayContaining(['packages/mask/SPEC.md', 'packages/mask-doc/SPEC.md']));
  });
  it.each(specs)('%s: every numbered rule is cited by a test', (spec) => {
    const rules = [...read(spec).matchAll(/\*\*\[?([A-Z]\d+)\]?\*\*|^\s*[-*]?\s*\[([A-Z]\d+)\]/gm)].map(
      (match) => match[1] ?? match[2]!,
    );
    expect(rules.length).toBeGreaterThan(3);
    const tests = [...sources.filter(({ path }) => path.endsWith('.test.ts')), ...readSources('tests')]
      .map(({ text }) => text)
      .join('\n');
    expect(rules.filter((rule) => !new RegExp(`\\[[^\\]]*\\b${rule}\\b[^\\]]*\\]`).test(tests))).toEqual([]);
  });
});

describe('documents', () => {
  const documents = ['README.md', 'ARCHITECTURE.md', ...filesBelow('docs', (path) => path.endsWith('.md'))];
  it.each(documents)('%s: every path that it names exists', (document) => {
    const paths = [
      ...read(document).matchAll(/[`(]((?:apps|packages|tests|scripts|docs|prisma)\/[\w./-]+)[`)]/g),
    ].map((match) => match[1]!);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
  it.each(documents)('%s: every script that it names exists', (document) => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = [...read(document).matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(
      (match) => match[1] ?? match[2]!,
    );
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });
  it.each(documents)('%s: every environment variable that it names is read somewhere', (document) => {
    const code = [...sources, ...readSources('scripts'), ...readSources('tests')]
      .map(({ text }) => text)
      .join('\n');
    const named = [...read(document).matchAll(/`(COTRACE_\w+|DATABASE_URL|PORT|HOST)`/g)].map(
      (match) => match[1]!,
    );
    expect(named.filter((name) => !code.includes(name))).toEqual([]);
  });
  it.each(documents)('%s: every error code that it names is thrown somewhere', (document) => {
    const code = sources.map(({ text }) => text).join('\n');
    const named = [...read(document).matchAll(/`([A-Z]{2,}(?:_[A-Z]+)+)`/g)]
      .map((match) => match[1]!)
      .filter((name) => !name.startsWith('COTRACE_') && name !== 'DATABASE_URL');
    expect(named.filter((name) => !code.includes(name))).toEqual([]);
  });
});

describe('files', () => {
  it('stay below 400 lines', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 400).map(({ path }) => path)).toEqual([]);
  });
  it('have names that say what is inside', () => {
    expect(
      sources.filter(({ path }) => /(^|\/)(utils?|helpers?|manager|misc|common)(\.|\/)/i.test(path)),
    ).toEqual([]);
  });
  it('say at the top what they own', () => {
    const silent = sources.filter(
      ({ path, text }) =>
        /^(packages|apps)\/[^/]+\/src\//.test(path) &&
        !/\.test\.tsx?$/.test(path) &&
        // A page's path is its address, and its body one component that says the rest.
        !/^apps\/web\/src\/app\/.*page\.tsx$/.test(path) &&
        !/^(#!.*\n)?(['"]use client['"];?\s*)?\/\*\*/.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});
