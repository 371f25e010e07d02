// Sends a picture of one colour with a tone of one frequency, and says what it sees and hears.
import { publish } from '/js/whip.js';
import { watch } from '/js/whep.js';

const audio = new AudioContext();
const analysers = {};
const followed = {};
const told = { descriptions: 0, states: [] };

const setRemote = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (description) {
  told.descriptions += 1;
  return setRemote.call(this, description);
};

function picture(colour, width) {
  const canvas = document.createElement('canvas');
  const height = (width * 9) / 16;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  let frame = 0;
  setInterval(() => {
    frame += 1;
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'white';
    context.fillRect((frame * 4) % (width - 20), height / 2, 20, 20);
  }, 40);
  return canvas.captureStream(25).getVideoTracks()[0];
}

/** What the strip of `tests/support/fake_media.py` along the picture's top says, as sixteen bits; null where unclear. */
function strip(context, source) {
  context.drawImage(source, 0, 0, 160, 90);
  const { data } = context.getImageData(0, 4, 160, 1);
  let bits = 0;
  for (let block = 0; block < 16; block += 1) {
    let sum = 0;
    for (let at = block * 40 + 12; at < block * 40 + 28; at += 4) {
      sum += data[at] * 0.3 + data[at + 1] * 0.59 + data[at + 2] * 0.11;
    }
    if (sum > 4 * 80 && sum < 4 * 170) return null;
    bits = bits * 2 + (sum > 4 * 125 ? 1 : 0);
  }
  return bits;
}

function tone(frequency) {
  const oscillator = audio.createOscillator();
  const output = audio.createMediaStreamDestination();
  oscillator.frequency.value = frequency;
  oscillator.connect(output);
  oscillator.start();
  return output.stream.getAudioTracks()[0];
}

window.test = {
  told,
  async send(meeting, token, colour, frequency, take, width = 320) {
    void audio.resume(); // Firefox never answers on a machine without a sound card
    const stream = new MediaStream([picture(colour, width), tone(frequency)]);
    window.sending = await publish({
      url: `/whip/${meeting}`, token: async () => token, stream, take, onstate: (state) => told.states.push(state),
    });
  },
  /** Sends this browser's own (fake) camera and microphone. */
  async sendDevices(meeting, token) {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
    window.sending = await publish({
      url: `/whip/${meeting}`, token: async () => token, stream, onstate: (state) => told.states.push(state),
    });
  },
  async receive(meeting, token) {
    void audio.resume(); // Firefox never answers on a machine without a sound card
    window.receiving = await watch({
      url: `/whep/${meeting}`,
      token: async () => token,
      onslot(slot, track) {
        const stream = new MediaStream([track]);
        if (track.kind === 'video') {
          document.getElementById(slot).srcObject = stream;
          return;
        }
        // Chromium decodes a remote sound only while an element plays it.
        const element = new Audio();
        element.srcObject = stream;
        element.muted = true;
        element.play();
        const analyser = audio.createAnalyser();
        analyser.fftSize = 2048;
        analyser.smoothingTimeConstant = 0;
        audio.createMediaStreamSource(stream).connect(analyser);
        analysers[slot] = { analyser, element, stream };
      },
      onstate: (state) => told.states.push(state),
    });
  },
  /** The colour in the middle of the upper half, as [red, green, blue]; null before the first picture. */
  see(slot) {
    const video = document.getElementById(slot);
    if (video.readyState < 2 || !video.videoWidth) return null;
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 320, 180);
    return [...context.getImageData(160, 20, 1, 1).data.slice(0, 3)];
  },
  /** From now on notes of every picture that is shown: [epoch ms, strip's bits or null]. */
  follow(slot) {
    const video = document.getElementById(slot);
    const canvas = document.createElement('canvas');
    canvas.width = 160;
    canvas.height = 90;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    followed[slot] = [];
    const note = () => {
      followed[slot].push([performance.timeOrigin + performance.now(), strip(context, video)]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  },
  followed: (slot) => followed[slot],
  /** The number of the generated hall's frame, or null where its marks are not there. */
  hallFrame(slot) {
    const video = document.getElementById(slot);
    if (video.readyState < 2 || video.videoWidth !== 640) return null;
    const canvas = document.createElement('canvas');
    canvas.width = 640;
    canvas.height = 360;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const block = (index) => context.getImageData(16 + index * 16 + 8, 336, 1, 1).data[1];
    if (block(0) < 180 || block(13) > 80) return null;
    let number = 0;
    for (let index = 1; index <= 12; index += 1) number = number * 2 + (block(index) > 128 ? 1 : 0);
    return number;
  },
  /** {level: root mean square, frequency: of the loudest part in Hz}. */
  hear(slot) {
    const { analyser } = analysers[slot];
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const level = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const loudest = bins.indexOf(Math.max(...bins));
    return { level, frequency: (loudest * audio.sampleRate) / analyser.fftSize };
  },
  /** What is sent of each layer, and by which codecs. */
  async outbound() {
    const found = [];
    const reports = await window.sending.pc.getStats();
    for (const report of reports.values()) {
      if (report.type !== 'outbound-rtp') continue;
      const { kind, rid, frameHeight, framesSent, bytesSent, active, scalabilityMode, retransmittedPacketsSent } = report;
      found.push({ kind, rid, frameHeight, framesSent, bytesSent, active, scalabilityMode, retransmittedPacketsSent,
        codec: reports.get(report.codecId)?.mimeType });
    }
    return found;
  },
  /**
   * Records a sound, which works without a sound card, too. {levels: root mean square of every 20 ms,
   * frequency: of its zero crossings in Hz}.
   */
  async record(slot, seconds) {
    const recorder = new MediaRecorder(analysers[slot].stream);
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
    recorder.start();
    await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
    recorder.stop();
    await stopped;
    const decoder = new OfflineAudioContext(1, 1, 48000);
    const sound = await decoder.decodeAudioData(await new Blob(parts).arrayBuffer());
    const samples = sound.getChannelData(0);
    const levels = [];
    let crossings = 0;
    for (let at = 0; at + 960 <= samples.length; at += 960) {
      let sum = 0;
      for (let n = at; n < at + 960; n += 1) {
        sum += samples[n] ** 2;
        if (n && samples[n - 1] < 0 && samples[n] >= 0) crossings += 1;
      }
      levels.push(Math.sqrt(sum / 960));
    }
    return { levels, frequency: crossings / sound.duration };
  },
  /** How the chosen pair of a connection (`sending`, `receiving`) goes: [kind of candidate, protocol to the relay]. */
  async way(which) {
    const reports = await window[which].pc.getStats();
    const transport = [...reports.values()].find((report) => report.type === 'transport');
    const pair = reports.get(transport?.selectedCandidatePairId);
    const { candidateType, relayProtocol } = reports.get(pair?.localCandidateId) ?? {};
    return [candidateType ?? null, relayProtocol ?? null];
  },
  async inbound() {
    const found = {};
    for (const report of (await window.receiving.pc.getStats()).values()) {
      if (report.type === 'inbound-rtp') {
        found[report.mid] = Object.fromEntries(
          ['kind', 'packetsReceived', 'packetsLost', 'framesReceived', 'framesDecoded', 'framesDropped', 'keyFramesDecoded',
            'pliCount', 'nackCount', 'freezeCount', 'totalFreezesDuration'].map((key) => [key, report[key] ?? 0]));
      }
    }
    return found;
  },
};
