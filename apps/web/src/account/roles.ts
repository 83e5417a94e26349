/** Roles in words. What each may do is decided by the permission table of the protocol; this only describes it. */
import type { Role } from '@cotrace/protocol';

export const ROLE_SENTENCE: Readonly<Record<Role, string>> = {
  owner: 'Everything, deleting the project included',
  lead: 'Imports, people, training and settings',
  reviewer: 'Paints, reviews and exports',
  annotator: 'Paints',
  viewer: 'Looks, changes nothing',
};

/** `an annotator`, `a viewer`. */
export const withArticle = (role: Role): string => `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;
