/** Limits that both ends of a wire must agree on, with units and reasons. Holds numbers only. */

/** Spoken in `/healthz`, at a trainer's claim and in a model's folder. Raise it when a wire format breaks. */
export const PROTOCOL_VERSION = 2;

/** Longest side of a section in pixels: 12,000² is the largest that a browser's canvas and 24 GB of memory both bear. */
export const MAX_SECTION_SIDE = 12_000;

/** Bytes of one WebSocket frame of the mask rooms. A stroke is below 64 KiB, a joining document some megabytes. */
export const MAX_ROOM_FRAME_BYTES = 8 * 1024 * 1024;

/**
 * Documents that one editing session may open on one mask: each time that a page comes back to a mask is one. A day's work
 * of going back and forth fits; a program that dials without end does not.
 */
export const MAX_CLIENTS_PER_SESSION = 512;

/** Bytes of frames kept for a socket whose sign-in is still being looked up. */
export const MAX_UNAUTHENTICATED_BYTES = 1024 * 1024;

/** Bytes waiting towards one slow reader before presence is dropped, and before the socket is closed. */
export const SLOW_READER_DROP_PRESENCE_BYTES = 1024 * 1024;
export const SLOW_READER_CLOSE_BYTES = 16 * 1024 * 1024;

/** One person's presence in a room: bytes a message and messages a second. */
export const MAX_PRESENCE_BYTES = 2048;
export const MAX_PRESENCE_PER_SECOND = 20;

/** Bytes of one uploaded file, and files in one import. */
export const MAX_UPLOAD_BYTES = 1024 * 1024 * 1024;
export const MAX_IMPORT_FILES = 2000;

/** Milliseconds that a claimed job stays claimed without a sign of life, and how often a trainer gives one. */
export const JOB_LEASE_MS = 30_000;
export const JOB_RENEW_MS = 5_000;

/** Milliseconds that a trainer's request for a job waits on the server before it answers "nothing yet". */
export const CLAIM_WAIT_MS = 20_000;

/** Seconds of training that a run has at least: with less there is nothing to go on with, either. */
export const LEAST_BUDGET_SECONDS = 1;

/** Milliseconds that an uncertain region stays promised to the person who was sent there. */
export const REGION_LEASE_MS = 5 * 60_000;

/** Side of the square region that one `n` leads to, in pixels. */
export const REGION_SIDE = 96;
