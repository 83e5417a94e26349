/** Tables of texts, for a terminal or for a Markdown page. Knows nothing of what is in them. */

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below it. */
  readonly notes: readonly string[];
}

export function toText({ title, head, rows, notes }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return `\n${title}\n${all.map((row) => `  ${line(row)}\n`).join('')}${notes.map((note) => `  ${note}\n`).join('')}`;
}

export function toMarkdown({ title, head, rows, notes }: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |\n`;
  const rule = line(head.map((_, at) => (at === 0 ? '---' : '---:')));
  return `\n### ${title}\n\n${line(head)}${rule}${rows.map(line).join('')}${notes.map((note) => `\n${note}\n`).join('')}`;
}
