/** All commands under one name, and what becomes of their errors: one sentence and an exit code. Starts no process. */
import { Command, CommanderError } from 'commander';
import description from '../package.json' with { type: 'json' };
import { addArrays } from './commands/arrays.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addPredict } from './commands/predict.ts';
import { addProjects } from './commands/projects.ts';
import { addScore } from './commands/score.ts';
import { addTrain } from './commands/train.ts';
import { addUsers } from './commands/users.ts';
import { addValidate } from './commands/validate.ts';
import { addVisualize } from './commands/visualize.ts';
import { type CliError, cliError, type Failure, failureOf } from './errors.ts';
import type { Shell } from './shell.ts';

/** `words` as after the program's name. Resolves with the exit code; throws only what nobody foresaw. */
export async function runCotrace(words: readonly string[], shell: Shell): Promise<number> {
  const program = createProgram(shell);
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help or version was asked for
    const failure = failureOf(error instanceof CommanderError ? badUse(program, words, error) : error);
    tell(shell, words, failure);
    return failure.exitCode;
  }
}

function createProgram(shell: Shell): Command {
  const program = new Command('cotrace')
    .description('Paint together; the model keeps up: train, predict, score and exchange sections.')
    .version(description.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.print(text.trimEnd()),
      writeErr: () => {}, // the sentence is told once, by runCotrace
    })
    .addHelpText(
      'after',
      '\nExample:\n  cotrace train --data data/Membrane --out model --sections 0-14 --minutes 10',
    );
  const adders = [
    addTrain,
    addPredict,
    addScore,
    addValidate,
    addArrays,
    addVisualize,
    addExport,
    addImport,
    addProjects,
    addUsers,
  ];
  for (const add of adders) add(program, shell);
  return program;
}

/** Commander's message as one sentence that says where to read on. */
function badUse(program: Command, words: readonly string[], error: CommanderError): CliError {
  const names = program.commands.map((command) => command.name());
  const command = names.find((name) => name === words[0]);
  const said =
    error.code === 'commander.help'
      ? `a command was expected: ${names.join(', ')}`
      : error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const where = command === undefined ? 'cotrace --help' : `cotrace ${command} --help`;
  return cliError('BAD_USE', { sentence: `${said.charAt(0).toUpperCase()}${said.slice(1)}. See ${where}.` });
}

function tell(shell: Shell, words: readonly string[], { code, sentence, exitCode, result }: Failure): void {
  if (words.includes('--json'))
    shell.print(JSON.stringify({ error: { code, message: sentence }, ...result }));
  shell.note(exitCode === 2 || code === 'STOPPED' ? sentence : `${code}: ${sentence}`);
}
