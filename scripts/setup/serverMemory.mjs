/**
 * How Node is started for the server, so that it takes little memory: flags of V8 and settings of the C library, none of which
 * changes what it does.
 */

/** MB of each half of V8's young generation: what is younger is garbage, and later Nodes than 20 let 100 MB of it lie. */
const YOUNG_HALF_MB = 8;
/** Bytes at the end of the C library's heap that are given back; unless it is told, that number only ever grows. */
const GIVEN_BACK = 131_072;

export const SERVER_FLAGS = [`--max-semi-space-size=${YOUNG_HALF_MB}`];
/** Other C libraries than glibc pass it over. */
export const SERVER_MEMORY = { MALLOC_TRIM_THRESHOLD_: String(GIVEN_BACK) };
