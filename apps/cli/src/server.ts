/** Commands that speak to a server: its address and token, and how projects and tasks are found by name. */
import { type Client, createClient, type Fetch, type Project, type Task } from '@cotrace/protocol';
import type { Command } from 'commander';
import { cliError } from './errors.ts';
import type { Shell } from './shell.ts';

export interface ServerOptions {
  server?: string;
  token?: string;
  json?: true;
}

const DEFAULT_SERVER = 'http://localhost:4680';

export function withServerOptions(command: Command): Command {
  return command
    .option('--server <URL>', `address of the server (default: COTRACE_SERVER, else ${DEFAULT_SERVER})`)
    .option('--token <T>', 'access token from your account page (default: COTRACE_TOKEN)')
    .option('--json', 'the result as JSON');
}

/** Throws OPTION_INVALID, TOKEN_MISSING. */
export function clientOf({ server, token }: ServerOptions, shell: Shell): Client {
  const { COTRACE_SERVER, COTRACE_TOKEN } = shell.environment;
  const address = server ?? (COTRACE_SERVER || DEFAULT_SERVER);
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    throw cliError('OPTION_INVALID', {
      option: '--server',
      expected: 'an address such as http://localhost:4680',
      came: address,
    });
  }
  const secret = token ?? COTRACE_TOKEN;
  if (!secret) throw cliError('TOKEN_MISSING', {});
  return createClient({
    baseUrl: address.replace(/\/+$/, ''),
    // The platform's fetch takes every body that the client sends: text, bytes, forms.
    fetch: (url, init) => shell.fetch(url, init as RequestInit) as ReturnType<Fetch>,
    headers: { authorization: `Bearer ${secret}` },
  });
}

/** By id or name. Throws PROJECT_NOT_FOUND, PROJECT_AMBIGUOUS. */
export async function findProject(client: Client, came: string): Promise<Project> {
  const projects = await client.call('listProjects', {});
  const byId = projects.find(({ id }) => id === came);
  if (byId) return byId;
  const named = projects.filter(({ name }) => name === came);
  if (named.length > 1) throw cliError('PROJECT_AMBIGUOUS', { came, ids: named.map(({ id }) => id) });
  if (named.length === 0) {
    throw cliError('PROJECT_NOT_FOUND', { came, there: projects.map(({ name }) => `"${name}"`) });
  }
  return named[0]!;
}

/** By name, whatever its case; without a name the only task, or else Membrane. Throws TASK_NOT_FOUND. */
export function findTask({ tasks }: Project, came: string | undefined): Task {
  const wanted = came ?? (tasks.length === 1 ? tasks[0]!.name : 'Membrane');
  const found = tasks.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (!found) throw cliError('TASK_NOT_FOUND', { came: wanted, there: tasks.map(({ name }) => name) });
  return found;
}

/** Rows as columns of equal width. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
