// What a recording is made of: container, codecs, bit rates, and how long the free space lasts.
//
// Owns: the order of preference among formats. Pure: the browser's answer is passed in.
// Why 1 s key frames: a torn MP4 without them decodes to nothing (docs/architecture.md, invariant 2).

/** @typedef {import('./policy.js').CaptureKind} CaptureKind */
/** @typedef {{mime: string, audioBits: number, videoBits: number}} RecordingFormat */

/** Milliseconds of one frame: what a crash may cost. */
export const SLICE_MS = 1000;

const SPEECH_BITS = 48_000;
const PICTURE_BITS = 1_500_000;

/** Best first; Chromium and Firefox take WebM, Safari takes MP4. */
const AUDIO = ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/webm', 'audio/mp4'];
const VIDEO = [
  'video/webm;codecs=vp9,opus', 'video/webm;codecs=vp8,opus',
  'video/mp4;codecs=avc1.42E01E,mp4a.40.2', 'video/webm', 'video/mp4',
];

/**
 * @param {CaptureKind} kind `audio`, or anything filmed
 * @param {(mime: string) => boolean} isSupported `MediaRecorder.isTypeSupported`
 * @returns {RecordingFormat | null} null where this browser cannot record it
 */
export function chooseFormat(kind, isSupported) {
  const mime = (kind === 'audio' ? AUDIO : VIDEO).find(isSupported);
  if (!mime) return null;
  return { mime, audioBits: SPEECH_BITS, videoBits: kind === 'audio' ? 0 : PICTURE_BITS };
}

/**
 * Options for `new MediaRecorder(stream, …)`.
 * @param {RecordingFormat} format
 * @returns {Record<string, any>}
 */
export function recorderOptions(format) {
  const options = { mimeType: format.mime, audioBitsPerSecond: format.audioBits };
  if (!format.videoBits) return options;
  return { ...options, videoBitsPerSecond: format.videoBits, videoKeyFrameIntervalDuration: SLICE_MS };
}

/**
 * What to ask of the devices. Rear camera first: the monitor films the place, not themself.
 * @param {CaptureKind} kind
 * @returns {MediaStreamConstraints}
 */
export function streamConstraints(kind) {
  const audio = { echoCancellation: false, noiseSuppression: true, autoGainControl: true };
  if (kind === 'audio') return { audio };
  return { audio, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } } };
}

/**
 * Minutes of recording that fit into the free space.
 * @param {number | null} freeBytes
 * @param {RecordingFormat} format
 * @param {{bytes: number, ms: number}} [measured] what this recording has really taken so far
 * @returns {number | null} null where the browser does not say how much is free
 */
export function minutesLeft(freeBytes, format, measured) {
  if (freeBytes === null || freeBytes === undefined) return null;
  const nominal = (format.audioBits + format.videoBits) / 8;
  // The first seconds carry headers and say little about the rate.
  const rate = measured && measured.ms > 10_000 ? Math.max(measured.bytes / (measured.ms / 1000), 1) : nominal;
  return Math.max(0, Math.floor(freeBytes / rate / 60));
}
