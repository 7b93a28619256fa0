// Plays speech while it arrives, through an <audio> element.
//
// Until all samples are there, an AudioContext schedules them, and the element plays the context's
// output. After the end, a pause or a new position the element plays a WAV of all samples instead.
import {wavOfSamples} from "./wav.js";

const START_SECONDS = 0.15;     // stored before playback starts; doubled after each interruption
const MAX_START_SECONDS = 4;
const LEAD_SECONDS = 0.03;      // from scheduling to playing
const AHEAD_SECONDS = 2;        // scheduled before they play
const MAX_PIECE_SECONDS = 5;

// Events: "change" (playing or not, samples arrived), "time" (position, at each frame)
export class Player extends EventTarget {
  constructor(audio) {
    super();
    this.audio = audio;
    this.reset();
    this.playing = false;
    for (const name of ["play", "pause", "ended", "seeked", "durationchange"]) {
      audio.addEventListener(name, () => this.onAudioEvent());
    }
  }

  reset() {
    this.samples = new Int16Array(0);
    this.length = 0;            // samples received
    this.finished = false;
    this.context = null;
    this.pieces = [];           // scheduled: {source, start (of the context), from, seconds}
    this.scheduled = 0;         // samples
    this.nextTime = 0;
    this.startSeconds = START_SECONDS;
    this.base = 0;              // position while nothing is scheduled
  }

  // Empties the player and starts it. Called while a key or click is handled: browsers let no
  // other code start sound.
  begin(sampleRate) {
    this.stop();
    this.reset();
    this.openContext(sampleRate);
    this.playing = true;
    this.startAudio();
    this.notify("change");
    this.follow();
  }

  openContext(sampleRate) {
    this.sampleRate = sampleRate;
    this.context = new AudioContext({sampleRate});
    this.output = this.context.createMediaStreamDestination();
    this.audio.srcObject = this.output.stream;
  }

  setSampleRate(sampleRate) {
    if (this.context && sampleRate !== this.sampleRate) {
      this.context.close();
      this.openContext(sampleRate);
      this.startAudio();
    }
  }

  append(samples) {
    if (this.length + samples.length > this.samples.length) {
      const larger = new Int16Array(Math.max(2 * this.samples.length, this.length + samples.length,
        10 * this.sampleRate));
      larger.set(this.samples.subarray(0, this.length));
      this.samples = larger;
    }
    this.samples.set(samples, this.length);
    this.length += samples.length;
    this.schedule();
    if (!this.announced) {      // once a frame; samples may arrive in very many parts
      this.announced = requestAnimationFrame(() => {
        this.announced = null;
        this.notify("change");
      });
    }
  }

  finish() {
    this.finished = true;
    this.schedule();
    if (!this.length) {
      this.stop();
    } else if (!this.playing) {
      this.useFile(this.position, false);
    } else if (!this.pieces.length) {
      this.useFile(0, false);
    }
    this.notify("change");
  }

  // Ends playback; what has arrived stays and can be played
  stop() {
    const position = this.position;
    this.playing = false;
    if (this.context && this.length) {
      this.finished = true;
      this.useFile(position, false);
    } else {
      this.closeContext();
      this.audio.pause();
    }
    this.notify("change");
  }

  schedule() {
    if (!this.context || this.scheduled >= this.length) {
      return;
    }
    const now = this.context.currentTime;
    if (this.nextTime > now + AHEAD_SECONDS) {
      return;                       // goes on when a piece ends
    }
    if (this.nextTime < now) {      // nothing is playing
      const waiting = (this.length - this.scheduled) / this.sampleRate;
      if (!this.finished && waiting < this.startSeconds) {
        return;
      }
      if (this.pieces.length) {
        this.startSeconds = Math.min(2 * this.startSeconds, MAX_START_SECONDS);
      }
      this.nextTime = now + LEAD_SECONDS;
    }
    const from = this.scheduled;
    const end = Math.min(this.length, from + MAX_PIECE_SECONDS * this.sampleRate);
    const data = Float32Array.from(this.samples.subarray(from, end), (sample) => sample / 32768);
    const buffer = this.context.createBuffer(1, data.length, this.sampleRate);
    buffer.copyToChannel(data, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.output);
    source.start(this.nextTime);
    source.onended = () => this.onPieceEnd(source);
    this.pieces.push({source, start: this.nextTime, from: from / this.sampleRate,
      seconds: buffer.duration});
    this.nextTime += buffer.duration;
    this.scheduled = end;
    this.schedule();
  }

  onPieceEnd(source) {
    this.schedule();
    const last = this.pieces[this.pieces.length - 1];
    if (this.context && this.finished && last && last.source === source) {
      this.playing = false;
      this.useFile(this.duration, false);
      this.notify("change");
    }
  }

  get duration() {
    return this.length / (this.sampleRate || 1);
  }

  get position() {
    if (!this.context) {
      return this.audio.currentTime;
    }
    const now = this.context.currentTime;
    for (let index = this.pieces.length - 1; index >= 0; index--) {
      const {start, from, seconds} = this.pieces[index];
      if (start <= now) {
        return from + Math.min(now - start, seconds);
      }
    }
    return this.base;
  }

  toggle() {
    if (this.playing) {
      this.pause();
    } else {
      this.play();
    }
  }

  pause() {
    const position = this.position;
    this.playing = false;
    if (this.context && this.finished) {
      this.useFile(position, false);
    } else {
      if (this.context) {
        this.context.suspend();
      }
      this.audio.pause();
    }
    this.notify("change");
  }

  play() {
    if (!this.length) {
      return;
    }
    this.playing = true;
    if (this.context) {
      this.context.resume();
    } else if (this.audio.currentTime >= this.duration - 0.01) {
      this.audio.currentTime = 0;
    }
    this.startAudio();
    this.notify("change");
    this.follow();
  }

  startAudio() {
    this.audio.play().catch((error) => {
      if (error.name === "NotAllowedError") {
        this.pause();
      }
    });
  }

  seek(seconds) {
    const position = Math.max(0, Math.min(seconds, this.duration));
    if (!this.context) {
      this.audio.currentTime = position;
    } else if (this.finished) {
      this.useFile(position, this.playing);
    } else {
      this.dropPieces();
      this.base = position;
      this.scheduled = Math.floor(position * this.sampleRate);
      this.schedule();
    }
    this.notify("time");
  }

  // Plays from a position
  playFrom(seconds) {
    this.seek(seconds);
    if (!this.playing) {
      this.play();
    }
  }

  dropPieces() {
    for (const {source} of this.pieces) {
      source.onended = null;
      source.stop();
    }
    this.pieces = [];
    this.nextTime = 0;
  }

  closeContext() {
    if (this.context) {
      this.dropPieces();
      this.context.close();
      this.context = null;
      this.audio.srcObject = null;
    }
  }

  useFile(position, play) {
    this.closeContext();
    URL.revokeObjectURL(this.audio.src);
    this.audio.src = URL.createObjectURL(
      wavOfSamples(this.samples.subarray(0, this.length), this.sampleRate));
    this.audio.currentTime = position;
    if (play) {
      this.startAudio();
    }
  }

  // The element also changes by itself: at the end, or by the media keys of the keyboard
  onAudioEvent() {
    if (!this.context) {
      this.playing = !this.audio.paused && !this.audio.ended;
    } else if (this.audio.paused === this.playing && this.pieces.length) {
      (this.audio.paused ? this.pause : this.play).call(this);
      return;
    }
    this.notify("change");
    if (this.playing) {
      this.follow();
    }
  }

  // Reports the position at each frame while it plays
  follow() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.notify("time");
      if (this.playing) {
        this.follow();
      }
    });
  }

  notify(name) {
    this.dispatchEvent(new Event(name));
  }
}
