/** Commands in the documents are commands of this program: each name and each option. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cotrace } from './testing/testShell.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const documents = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

/** The words after `npx cotrace`, in code blocks and in running text, over broken lines. */
const commandsOf = (text: string) =>
  [...text.matchAll(/npx cotrace ((?:[^`\n]|\n(?=[^`]*`[^`]))*?)(?=`|\n\s*(?:npx|```|$)|\n\n|$)/g)].map(
    (match) => match[1]!.trim().split(/\s+/),
  );

describe.each(documents)('%s', (document) => {
  const commands = commandsOf(readFileSync(join(ROOT, document), 'utf8'));
  it.runIf(commands.length > 0)('names commands and options that exist', async () => {
    for (const [name, ...words] of commands) {
      const { exitCode, out } = await cotrace(name!.startsWith('--') ? ['--help'] : [name!, '--help']);
      expect(exitCode, `cotrace ${name}`).toBe(0);
      for (const option of words.filter((word) => word.startsWith('--') && word !== '--help')) {
        expect(out, `cotrace ${name}`).toContain(option);
      }
    }
  });
});

it('commands are found in blocks and in lines', () => {
  const text =
    'x `npx cotrace --help` y\n```\nnpx cotrace train --data DIR\n  npx cotrace score --json\n```\n';
  expect(commandsOf(text)).toEqual([['--help'], ['train', '--data', 'DIR'], ['score', '--json']]);
});
