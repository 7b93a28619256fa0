// WAV files of samples.

const HEADER_BYTES = 44;

// A Blob with a mono WAV of 16 bits a sample
export function wavOfSamples(samples, sampleRate) {
  const bytes = new DataView(new ArrayBuffer(HEADER_BYTES + 2 * samples.length));
  const write = (offset, text) =>
    [...text].forEach((letter, index) => bytes.setUint8(offset + index, letter.charCodeAt(0)));
  write(0, "RIFF");
  bytes.setUint32(4, bytes.byteLength - 8, true);
  write(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);                // size of this chunk
  bytes.setUint16(20, 1, true);                 // PCM
  bytes.setUint16(22, 1, true);                 // channels
  bytes.setUint32(24, sampleRate, true);
  bytes.setUint32(28, 2 * sampleRate, true);    // bytes a second
  bytes.setUint16(32, 2, true);                 // bytes a frame
  bytes.setUint16(34, 16, true);                // bits a sample
  write(36, "data");
  bytes.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, index) => bytes.setInt16(HEADER_BYTES + 2 * index, sample, true));
  return new Blob([bytes.buffer], {type: "audio/wav"});
}
