// A still picture out of a camera stream or a file, as JPEG with nothing in it but the picture.
//
// Owns: the way through a canvas, which drops EXIF (place, device, time) because only pixels pass.

/** @typedef {{bytes: ArrayBuffer, width: number, height: number, mime: string}} Picture */

const MIME = 'image/jpeg';
const QUALITY = 0.88;
/** Longest edge in pixels: enough to read a page of a register, small enough for hundreds a day. */
const LONGEST = 2560;
/** A camera that has just opened shows black until its first picture; one that shows none for so long is taken as it is. */
const FIRST_FRAME_MS = 2000;

/**
 * @param {HTMLVideoElement} video playing
 * @returns {Promise<Picture>}
 */
export async function pictureOfVideo(video) {
  await nextFrame(video);
  return encode(video, video.videoWidth, video.videoHeight);
}

/** @param {HTMLVideoElement} video @returns {Promise<void>} resolves when it shows a picture of now */
function nextFrame(video) {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, FIRST_FRAME_MS);
    const there = () => { clearTimeout(late); resolve(); };
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(there);
    else if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) requestAnimationFrame(there);
    else video.addEventListener('loadeddata', there, { once: true });
  });
}

/**
 * @param {Blob} file an image that this browser can read
 * @returns {Promise<Picture>}
 * @throws DOMException for what is no image
 */
export async function pictureOfFile(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    return await encode(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/**
 * Size within the limit, proportions kept.
 * @param {number} width @param {number} height
 * @returns {{width: number, height: number}}
 */
export function fitted(width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * @param {CanvasImageSource} source @param {number} sourceWidth @param {number} sourceHeight
 * @returns {Promise<Picture>}
 */
async function encode(source, sourceWidth, sourceHeight) {
  const { width, height } = fitted(sourceWidth, sourceHeight);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.drawImage(source, 0, 0, width, height);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, MIME, QUALITY));
  // The canvas holds the picture in the clear: let go of its pixels at once.
  canvas.width = 0;
  if (!blob) throw new Error('no picture');
  return { bytes: await blob.arrayBuffer(), width, height, mime: MIME };
}
