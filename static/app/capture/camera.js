// Opening microphone and camera, and what their refusals mean.
//
// Owns: the words for what went wrong (`refused`, `none`, `busy`, `unsupported`, `failed`) and the torch.
// Never asks through <input capture>: that hands over to the camera app, which keeps a copy in the gallery.

/** @typedef {'refused' | 'none' | 'busy' | 'unsupported' | 'failed'} DeviceProblem */

export class DeviceError extends Error {
  /** @param {DeviceProblem} problem */
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * @param {MediaDevices | undefined} devices `navigator.mediaDevices`, absent where the page is not secure
 * @param {MediaStreamConstraints} constraints
 * @returns {Promise<MediaStream>}
 * @throws {DeviceError}
 */
export async function openStream(devices, constraints) {
  if (!devices?.getUserMedia) throw new DeviceError('unsupported');
  try {
    return await devices.getUserMedia(constraints);
  } catch (error) {
    throw new DeviceError(deviceProblem(error));
  }
}

/**
 * @param {any} error what getUserMedia rejected with
 * @returns {DeviceProblem}
 */
export function deviceProblem(error) {
  switch (error?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'TypeError':
      return 'unsupported';
    default:
      return 'failed';
  }
}

/** @param {MediaStream | null} stream */
export function closeStream(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/**
 * @param {MediaStream | null} stream
 * @returns {boolean} whether this camera has a lamp that a page may switch
 */
export function hasTorch(stream) {
  const track = stream?.getVideoTracks()[0];
  const capabilities = /** @type {any} */ (track?.getCapabilities?.() ?? {});
  return capabilities.torch === true;
}

/**
 * @param {MediaStream} stream
 * @param {boolean} on
 * @returns {Promise<void>}
 */
export async function switchTorch(stream, on) {
  const constraints = /** @type {any} */ ({ advanced: [{ torch: on }] });
  await stream.getVideoTracks()[0]?.applyConstraints(constraints);
}
