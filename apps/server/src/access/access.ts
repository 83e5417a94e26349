/** Who is asking, and what they may do. The one door of REST, socket.io and the mask rooms. Knows no route. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Action, Role } from '@cotrace/protocol';

export interface Actor {
  userId: string;
  name: string;
  email: string;
  color: string;
}

/** Things that belong to a project; an id of one of them says which. */
export type OwnedKind = 'task' | 'section' | 'mask' | 'job' | 'model' | 'export';

export interface Access {
  /** By cookie, `authorization: Bearer`, or `token` of a URL's query. Undefined: nobody, or a wrong token. */
  signIn(request: { headers: IncomingHttpHeaders; url?: URL }): Promise<Actor | undefined>;
  /** Is this the trainers' token? Compared in constant time. */
  isTrainer(request: { headers: IncomingHttpHeaders }): boolean;
  roleOf(userId: string, projectId: string): Promise<Role | undefined>;
  projectOf(kind: OwnedKind, id: string): Promise<string | undefined>;
  /**
   * @throws ProtocolError NOT_FOUND for those who are no members (an id must not tell whether it exists),
   * FORBIDDEN for members whose role is too small.
   */
  require(actor: Actor, projectId: string | undefined, action: Action): Promise<Role>;
  /** Called after the role was committed; `role` undefined = removed. Returns a function that ends it. */
  onRoleChange(
    listener: (change: { userId: string; projectId: string; role: Role | undefined }) => void,
  ): () => void;
  /** Called after a session or a token of this person has ended: what was let in with it is to ask `signIn` again. */
  onSignOut(listener: (userId: string) => void): () => void;
  /** Called by whoever ends a session or a token, after the commit. */
  signedOut(userId: string): void;
  /** Called by whoever changes a membership, after the commit. */
  roleChanged(change: { userId: string; projectId: string; role: Role | undefined }): void;
}
