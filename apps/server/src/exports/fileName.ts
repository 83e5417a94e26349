/** Names of files that people download: what every system takes. */

export function fileName(parts: string[], extension: string): string {
  const readable = parts.map((part) =>
    part
      .normalize('NFKD')
      .replace(/[^\w]+/g, '-')
      .replace(/^-+|-+$/g, ''),
  );
  return `${readable.filter(Boolean).join('_').toLowerCase() || 'cotrace'}.${extension}`;
}
