// CRC-32 (IEEE 802.3), eight bytes at a time: tells a torn record from a whole one. It authenticates nothing.

const TABLES = Array.from({ length: 8 }, () => new Uint32Array(256));
for (let n = 0; n < 256; n += 1) {
  let sum = n;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  TABLES[0][n] = sum;
}
for (let table = 1; table < 8; table += 1) {
  for (let n = 0; n < 256; n += 1) TABLES[table][n] = (TABLES[table - 1][n] >>> 8) ^ TABLES[0][TABLES[table - 1][n] & 255];
}
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES;

/**
 * @param {Uint8Array} bytes
 * @param {number} [before] the sum of what comes before them
 * @returns {number} unsigned
 */
export function crc32(bytes, before = 0) {
  let sum = ~before;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    sum ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    sum = T7[sum & 255] ^ T6[(sum >>> 8) & 255] ^ T5[(sum >>> 16) & 255] ^ T4[sum >>> 24]
      ^ T3[bytes[at + 4]] ^ T2[bytes[at + 5]] ^ T1[bytes[at + 6]] ^ T0[bytes[at + 7]];
  }
  for (; at < bytes.length; at += 1) sum = (sum >>> 8) ^ T0[(sum ^ bytes[at]) & 255];
  return ~sum >>> 0;
}
