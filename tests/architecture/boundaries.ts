/** Who may import whom, as a table and a function that finds what breaks it. Reads text, runs nothing. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Workspace packages and, after the bar, npm packages that pure packages may use. Engine packages and apps list npm freely. */
export const MAY_IMPORT: Readonly<Record<string, { workspace: string[]; npm?: string[] }>> = {
  'packages/mask': { workspace: [], npm: ['fflate'] },
  'packages/protocol': { workspace: [], npm: ['zod'] },
  'packages/metrics': { workspace: [], npm: [] },
  'packages/tissue': { workspace: [], npm: [] },
  'packages/image-io': { workspace: [], npm: ['fflate', 'jpeg-js'] },
  'packages/graph': { workspace: [], npm: ['protobufjs'] },
  'packages/mask-doc': { workspace: ['mask'], npm: ['yjs', 'lib0'] },
  'packages/engine': { workspace: [] },
  'packages/mirror': { workspace: [] },
  'packages/unet': { workspace: ['graph', 'engine'] },
  'packages/training': {
    workspace: ['mask', 'metrics', 'image-io', 'graph', 'engine', 'unet', 'mirror'],
  },
  'apps/web': { workspace: ['mask', 'mask-doc', 'protocol', 'metrics', 'image-io'] },
  'apps/server': { workspace: ['mask', 'mask-doc', 'protocol', 'metrics', 'image-io', 'tissue'] },
  'apps/trainer': {
    workspace: ['mask', 'metrics', 'image-io', 'graph', 'engine', 'unet', 'mirror', 'training', 'protocol'],
  },
  'apps/cli': {
    workspace: ['mask', 'metrics', 'image-io', 'graph', 'engine', 'unet', 'mirror', 'training', 'protocol'],
  },
};

export interface Source {
  /** Path from the root of the repository. */
  path: string;
  text: string;
}

const SKIPPED = new Set(['node_modules', '.next', 'generated', '.turbo', '.git']);

export function filesBelow(folder: string, wanted: (path: string) => boolean): string[] {
  const absolute = join(ROOT, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute).flatMap((name) => {
    if (SKIPPED.has(name)) return [];
    const path = join(folder, name);
    return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path, wanted) : wanted(path) ? [path] : [];
  });
}

export function readSources(folder: string): Source[] {
  return filesBelow(folder, (path) => /\.(ts|tsx|mjs)$/.test(path)).map((path) => ({
    path,
    text: readFileSync(join(ROOT, path), 'utf8'),
  }));
}

/** Specifiers of `import … from`, `export … from`, `import()` and bare imports. */
export function importsOf(text: string): string[] {
  const found = text.matchAll(
    /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3]!);
}

/** One sentence for each import of `source` that the table forbids. */
export function violations(source: Source): string[] {
  const home = Object.keys(MAY_IMPORT).find((folder) => source.path.startsWith(`${folder}/`));
  if (!home) return [];
  const rule = MAY_IMPORT[home]!;
  const isTest = source.path.endsWith('.test.ts') || source.path.includes('/testing/');
  return importsOf(source.text).flatMap((specifier) => {
    const refuse = (why: string) => [`${source.path} imports ${specifier}: ${why}`];
    if (
      /prisma|\/generated\//i.test(specifier) &&
      !source.path.startsWith('apps/server/src/store/') &&
      !isTest
    ) {
      return refuse('only apps/server/src/store speaks to the database');
    }
    if (specifier.startsWith('.')) {
      const target = relative(ROOT, resolve(ROOT, dirname(source.path), specifier));
      return target.startsWith(`${home}/`)
        ? []
        : refuse('a relative import must stay inside its own package');
    }
    if (specifier.startsWith('@cotrace/')) {
      const [, name, ...deep] = specifier.split('/');
      if (deep.length > 0) return refuse('only the index of a package is public');
      return rule.workspace.includes(name!) || isTest
        ? []
        : refuse(`${home} may import ${rule.workspace.join(', ') || 'nothing of the workspace'}`);
    }
    if (rule.npm && !isTest) {
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      return rule.npm.includes(name)
        ? []
        : refuse(`a pure package takes ${rule.npm.join(', ') || 'no npm package'}`);
    }
    return [];
  });
}
