/** Tasks that the server brings label tables for. */
export const KNOWN_TASKS = [
  { name: 'Membrane', says: 'Cell membranes between neurites: membrane or cell' },
  { name: 'Mitochondrion', says: 'Mitochondria against everything else' },
  { name: 'Fixed', says: 'Whatever was fixed on the section: there, or not' },
] as const;
