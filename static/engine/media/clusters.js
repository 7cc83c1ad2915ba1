// Where time is in a WebM stream: its clusters, each of which can be played from.
//
// Owns: reading a cluster's time out of its first bytes. Pure. Browsers write times in milliseconds
// (TimestampScale 1,000,000, the format's default).

const CLUSTER = [0x1f, 0x43, 0xb6, 0x75];
const TIMESTAMP = 0xe7;
/** Cluster id, a size of up to 8 bytes, timestamp id, its size, its value of up to 8 bytes. */
const HEAD = CLUSTER.length + 8 + 2 + 8;

/** @typedef {{at: number, ms: number}} Cluster offset in the bytes, time of its first block */

/**
 * @param {Uint8Array} bytes
 * @returns {Cluster[]} those whose head is whole
 */
export function findClusters(bytes) {
  const found = [];
  for (let at = bytes.indexOf(CLUSTER[0]); at >= 0; at = bytes.indexOf(CLUSTER[0], at + 1)) {
    const ms = clusterTime(bytes.subarray(at, at + HEAD));
    if (ms !== null) found.push({ at, ms });
  }
  return found;
}

/** @param {Uint8Array} head @returns {number | null} */
function clusterTime(head) {
  if (!CLUSTER.every((byte, i) => head[i] === byte)) return null;
  const size = lengthOf(head[CLUSTER.length]);
  const field = CLUSTER.length + size;
  if (size === 0 || head[field] !== TIMESTAMP) return null;
  const width = head[field + 1] & 0x7f;
  if (!(head[field + 1] & 0x80) || width < 1 || width > 8 || field + 2 + width > head.length) return null;
  let ms = 0;
  for (const byte of head.subarray(field + 2, field + 2 + width)) ms = ms * 256 + byte;
  return ms;
}

/** Bytes of a variable-length number, by its first. @param {number | undefined} first @returns {number} 0: none */
function lengthOf(first) {
  return first ? Math.clz32(first) - 23 : 0;
}
