/**
 * One socket of a mask room, from its upgrade to its end. Holds frames back until it is known who sent them, gives updates
 * to the room, tells what was refused and what is durable, and bounds what one socket may ask for. Believes no bytes.
 *
 *   entering → inside → gone
 *       └────────────────↑
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { MaskDocError, type OwnPartContext, ownPart } from '@cotrace/mask-doc';
import { CLOSE, MAX_UNAUTHENTICATED_BYTES, may, ProtocolError, type Role } from '@cotrace/protocol';
import type { WebSocket } from 'ws';
import type { Access, Actor } from '../access/access.ts';
import type { Log } from '../log.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { Folder } from './folds/folder.ts';
import {
  durableFrame,
  type Frame,
  type PresenceEntry,
  presenceFrame,
  readFrame,
  readyFrame,
  refusedFrame,
  startOverFrame,
  syncStep1Frame,
} from './frames.ts';
import { GhostWatch } from './ghosts.ts';
import { levelWithStore } from './headPoll.ts';
import { Outgoing } from './outgoing.ts';
import { PRESENCE_RATE, readAllowedPresence } from './presence.ts';
import { Questions } from './questions.ts';
import { createRateLimit } from './rateLimit.ts';
import { refuseReadersNews } from './readers.ts';
import { closeCodeOf, closeReason, isForeign, isRubbish, refusalOf, tooEarly } from './refusal.ts';
import type { Applied, Peer } from './room.ts';
import type { RoomLimits } from './roomLimits.ts';
import type { RoomHold, RoomRegistry } from './roomRegistry.ts';
import { parseRoomRequest, type RoomRequest } from './roomRequest.ts';
import type { RoomStore } from './roomStore.ts';
import { claimSession } from './sessions.ts';
import { isEmptyUpdate } from './updateParts.ts';

export interface ConnectionParts {
  readonly registry: RoomRegistry;
  readonly folder: Pick<Folder, 'catchUp'>;
  readonly store: RoomStore;
  readonly access: Access;
  readonly log: Log;
  readonly limits: RoomLimits;
}

export class Connection implements Peer {
  presence: PresenceEntry | undefined;
  heldFold: number | undefined;
  private phase: 'entering' | 'inside' | 'gone' = 'entering';
  private early: Uint8Array[] = [];
  private earlyBytes = 0;
  private asked: RoomRequest | undefined;
  private actor: Actor | undefined;
  private hold: RoomHold | undefined;
  private mayPaint = false;
  /** Counts changes of roles and sign-outs, so that an answer looked up before one is not believed after it. */
  private roleRevision = 0;
  private isAlive = true;
  private readonly acknowledgements = new Acknowledgements((acks) => {
    if (this.phase === 'inside') this.hold!.room.relay.note(durableFrame(acks), this);
  });
  private readonly outgoing: Outgoing;
  private readonly questions: Questions;
  private readonly ghosts: GhostWatch;
  private readonly mayStrike: () => boolean;
  private readonly mayMove = createRateLimit(PRESENCE_RATE);
  private readonly mayAskForAll = createRateLimit({ perSecond: 1, burst: 10 });

  constructor(
    private readonly socket: WebSocket,
    private readonly request: IncomingMessage,
    private readonly parts: ConnectionParts,
    private readonly onGone: (connection: Connection) => void,
    stream?: Duplex,
  ) {
    const { strikes, strikesPerSecond } = parts.limits;
    this.outgoing = new Outgoing(socket, stream, parts.limits, (waiting) => {
      parts.log.warn('Mask room: a slow reader is sent away', { waiting });
      this.end(CLOSE.slowReader);
    });
    this.questions = new Questions({
      gapMs: parts.limits.gapMs,
      answerMs: parts.limits.answerMs,
      ask: () => this.send(syncStep1Frame(this.hold!.room.doc)),
      end: (gap) => this.end(CLOSE.gap, gap),
    });
    this.ghosts = new GhostWatch({
      ghostMs: parts.limits.ghostMs,
      ask: () => this.questions.ask(),
      tell: () => this.send(startOverFrame()),
    });
    this.mayStrike = createRateLimit({ perSecond: strikesPerSecond, burst: strikes });
    socket.on('message', (data: Buffer, isBinary) => this.onMessage(data, isBinary));
    socket.on('pong', () => {
      this.isAlive = true;
    });
    // What ws objects to (masking, UTF-8, size) it also closes; 'close' follows.
    socket.on('error', (error) =>
      parts.log.info('Mask room: a socket broke the protocol', { error: error.message }),
    );
    socket.on('close', () => this.leave());
  }

  get clientId(): number {
    return this.asked?.clientId ?? -1;
  }

  /** Signs in, loads the room and goes inside; never throws. */
  async enter(): Promise<void> {
    const overdue = setTimeout(
      () => this.end(CLOSE.comeBack, new ProtocolError('DATABASE_UNAVAILABLE', 'Signing in took too long.')),
      this.parts.limits.admissionMs,
    );
    try {
      this.asked = parseRoomRequest(this.request);
      await this.admit(this.asked);
    } catch (error) {
      this.end(closeCodeOf(error), error);
    } finally {
      clearTimeout(overdue);
    }
  }

  private async admit(asked: RoomRequest): Promise<void> {
    const { access, registry, store } = this.parts;
    for (let revision = -1; revision !== this.roleRevision; ) {
      revision = this.roleRevision;
      const actor = await this.signIn(asked);
      this.actor = actor;
      const projectId = await access.projectOf('mask', asked.maskId);
      this.mayPaint = may(await access.require(actor, projectId, 'mask.read'), 'mask.paint');
      this.hold ??= await registry.open(asked.maskId);
      if (this.isGone()) return this.leave();
      const { room } = this.hold;
      await levelWithStore(room, this.parts);
      // Only here had the epoch not ended yet: the next attempt finds the room of the next.
      if (asked.epoch > room.row.epoch && room.hasEnded) return this.end(CLOSE.comeBack);
      if (room.row.epoch !== asked.epoch) {
        throw new ProtocolError('CONFLICT', `Expected epoch ${room.row.epoch}, got ${asked.epoch}.`);
      }
      await claimSession(room, store, { ...asked, userId: actor.userId, mayPaint: this.mayPaint });
      if (this.isGone()) return this.leave();
      room.checkOpen();
    }
    this.goInside();
  }

  /** Throws ProtocolError NOT_SIGNED_IN. */
  private async signIn({ url }: RoomRequest): Promise<Actor> {
    const actor = await this.parts.access.signIn({ headers: this.request.headers, url });
    if (actor === undefined) throw new ProtocolError('NOT_SIGNED_IN');
    return actor;
  }

  private isGone(): boolean {
    return this.phase === 'gone';
  }

  private goInside(): void {
    const { room } = this.hold!;
    this.phase = 'inside';
    room.peers.add(this);
    this.send(readyFrame(room.ready(this.mayPaint)));
    this.questions.askFirst();
    this.ghosts.start();
    this.acknowledgeAll();
    this.sendPresences();
    for (const bytes of this.early.splice(0)) this.receive(bytes);
  }

  private onMessage(data: Buffer, isBinary: boolean) {
    this.isAlive = true;
    if (!isBinary) {
      return this.end(CLOSE.rubbish, new ProtocolError('BAD_REQUEST', 'Expected binary frames, got text.'));
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (this.phase === 'inside') return this.receive(bytes);
    if (this.phase === 'gone') return;
    this.earlyBytes += bytes.length;
    if (this.earlyBytes <= MAX_UNAUTHENTICATED_BYTES) this.early.push(bytes);
    else this.end(CLOSE.comeBack, tooEarly(this.earlyBytes));
  }

  private receive(bytes: Uint8Array) {
    if (this.phase !== 'inside') return;
    const { room } = this.hold!;
    try {
      const frame = readFrame(bytes);
      switch (frame.kind) {
        case 'syncStep1': {
          if (!this.mayAskForAll())
            throw new ProtocolError('BAD_REQUEST', 'Expected one SyncStep1 a second.');
          const answer = [...this.missingBase(), ...room.answerTo(frame.stateVector)];
          this.outgoing.allow(answer.reduce((sum, { message }) => sum + message.length, 0));
          for (const part of answer) this.send(part);
          room.prepare();
          return;
        }
        case 'syncStep2': {
          const wasAsked = this.questions.answered();
          this.takeUpdate(frame.update, 'answer');
          // By itself a page tells all of its own when it waits for an acknowledgement: of something told on entering, maybe.
          if (!wasAsked && this.mayPaint && this.phase === 'inside') this.acknowledgeAll();
          break;
        }
        case 'update':
          return this.takeUpdate(frame.update, 'news');
        case 'presence':
          return this.takePresence(frame.bytes);
        case 'queryPresence':
          return this.sendPresences();
      }
    } catch (error) {
      this.refuse(error);
    }
  }

  private acknowledgeAll(): void {
    this.acknowledgements.add(this.hold!.room.everythingOf(this.ownership().clientIds));
  }

  /** What was folded since the page was told last: without it the answer would lack pixels. */
  private missingBase(): Frame[] {
    const { base } = this.hold!.room;
    const { fold } = this.asked!;
    // A page may hold a fold that a database from a backup does not know.
    const held = this.heldFold ?? (fold <= base.number ? fold : 0);
    this.heldFold = base.number;
    return held < base.number ? [base.frameSince(held)] : [];
  }

  private takeUpdate(update: Uint8Array, as: 'answer' | 'news') {
    const { room } = this.hold!;
    // A page that has nothing which the room lacks: all that there is to acknowledge was acknowledged when it came in.
    if (as === 'answer' && isEmptyUpdate(update)) {
      this.ghosts.answered(false);
      return this.questions.gapIsClosed();
    }
    if (!this.mayPaint) {
      const news = as === 'answer' ? ownPart(update, this.ownership()) : update;
      refuseReadersNews(() => room.bringsNews(news));
      if (as === 'answer') this.ghosts.answered(room.lacksOf(update));
      return;
    }
    if (as === 'news' && !this.questions.takesNews()) return;
    try {
      this.acknowledgements.add(this.applyUpdate(update, as));
    } catch (error) {
      if (error instanceof MaskDocError && error.code === 'UPDATE_GAP') return this.questions.gap(error, as);
      if (as === 'answer') this.questions.gapIsClosed();
      throw error;
    }
    if (as === 'answer') this.questions.gapIsClosed();
  }

  private applyUpdate(update: Uint8Array, as: 'answer' | 'news'): Applied {
    const apply = (part: Uint8Array) => this.hold!.room.apply(this.asked!.sessionId, part, { from: this });
    try {
      const applied = apply(update);
      if (as === 'answer') this.ghosts.answered(false);
      return applied;
    } catch (error) {
      if (!isForeign(error) || as === 'news') throw error;
      const applied = apply(ownPart(update, this.ownership()));
      this.ghosts.answered(true);
      return applied;
    }
  }

  private ownership(): OwnPartContext {
    const { sessionId, clientId } = this.asked!;
    const { room } = this.hold!;
    const clientIds = room.sessions.get(sessionId)?.clientIds ?? new Set([clientId]);
    return { clientIds, doc: room.doc, sessionId };
  }

  private takePresence(bytes: Uint8Array): void {
    const own = readAllowedPresence(bytes, this.clientId);
    if (own === undefined) return;
    if (own.state !== 'null' && !this.mayMove()) return;
    this.presence = own;
    this.hold!.room.relay.presence(own, this);
  }

  private sendPresences(): void {
    const others = [...this.hold!.room.peers].flatMap((peer) => (peer === this ? [] : (peer.presence ?? [])));
    if (others.length > 0) this.send(presenceFrame(others), { droppable: true });
  }

  /** After the role was committed; `undefined`: removed. */
  async roleChanged(userId: string, projectId: string, role: Role | undefined): Promise<void> {
    if (this.actor?.userId !== userId) return;
    const revision = ++this.roleRevision;
    if (this.phase !== 'inside' || this.hold!.room.row.projectId !== projectId) return;
    if (!may(role, 'mask.read')) return this.end(CLOSE.forbidden, new ProtocolError('FORBIDDEN'));
    const mayPaint = may(role, 'mask.paint');
    const { room } = this.hold!;
    try {
      await claimSession(room, this.parts.store, { ...this.asked!, userId, mayPaint });
    } catch (error) {
      return this.end(closeCodeOf(error), error);
    }
    if (this.isGone() || revision !== this.roleRevision) return;
    this.mayPaint = mayPaint;
    this.send(readyFrame(room.ready(mayPaint)));
    // What was refused meanwhile may come now.
    if (mayPaint) this.questions.askFirst();
  }

  /** After a session or a token of this person has ended: was it the one of this socket? */
  async signedOut(userId: string): Promise<void> {
    // Who is asking may be being looked up: it is looked up again then.
    this.roleRevision++;
    if (this.phase !== 'inside' || this.actor?.userId !== userId) return;
    try {
      await this.signIn(this.asked!);
    } catch (error) {
      this.end(closeCodeOf(error), error);
    }
  }

  labelsChanged(): void {
    this.send(readyFrame(this.hold!.room.ready(this.mayPaint)));
  }

  roomEnded(error: unknown): void {
    this.end(closeCodeOf(error));
  }

  send(frame: Frame, options?: { droppable: boolean }) {
    if (this.phase === 'inside') this.outgoing.send(frame, options);
  }

  sendTogether(frames: readonly Frame[]): void {
    if (this.phase === 'inside') this.outgoing.sendTogether(frames);
  }

  /** A sign of life in both directions. */
  heartbeat() {
    if (!this.isAlive) return this.socket.terminate();
    this.isAlive = false;
    this.socket.ping();
    this.send(presenceFrame([]));
  }

  private refuse(error: unknown) {
    const body = refusalOf(error);
    if (body.code === 'INTERNAL') this.parts.log.error('Mask room: an update failed', { error });
    if (body.code === 'DATABASE_UNAVAILABLE') return this.end(CLOSE.comeBack, error);
    if (isRubbish(error) && !this.mayStrike()) return this.end(CLOSE.rubbish, error);
    this.send(refusedFrame(body));
  }

  /** Resolves when the socket is closed, by force after `withinMs`. */
  async closed(withinMs: number): Promise<void> {
    if (this.socket.readyState === this.socket.CLOSED) return;
    const force = setTimeout(() => this.socket.terminate(), withinMs);
    await new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    clearTimeout(force);
  }

  /** Says why where there is a reason, and closes. */
  end(code: number, error?: unknown) {
    if (this.phase === 'gone') return;
    const body = error === undefined ? undefined : refusalOf(error);
    if (body?.code === 'INTERNAL') this.parts.log.error('Mask room: a socket could not be served', { error });
    if (body !== undefined) this.socket.send(refusedFrame(body).message);
    this.socket.close(code, body === undefined ? undefined : closeReason(body));
    this.leave();
  }

  private leave(): void {
    const wasHere = this.phase !== 'gone';
    this.phase = 'gone';
    this.early = [];
    this.questions.gapIsClosed();
    this.ghosts.stop();
    this.hold?.room.leave(this);
    this.presence = undefined;
    this.hold?.release();
    if (wasHere) this.onGone(this);
  }
}
