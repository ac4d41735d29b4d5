// Sound of alarms: bursts of pulses by priority, after the station's alarm table.
"use strict";

const alarmSound = (() => {
  let context = null, next = 0, playing = "";
  const RANK = ["low", "medium", "high"];
  // Length of a pulse and time from one to the next [s], within what monitors use.
  const PULSE = { high: [0.12, 0.22], medium: [0.2, 0.4], low: [0.2, 0.5] };

  // A fundamental with harmonics is heard over noise and can be located, a pure tone cannot.
  function tone(at, length, hertz) {
    const wave = context.createPeriodicWave(
      new Float32Array(6), new Float32Array([0, 1, 0.8, 0.6, 0.5, 0.4]));
    const source = context.createOscillator(), gain = context.createGain();
    source.setPeriodicWave(wave);
    source.frequency.value = hertz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.35, at + 0.02);
    gain.gain.setValueAtTime(0.35, at + length - 0.03);
    gain.gain.linearRampToValueAtTime(0, at + length);
    source.connect(gain).connect(context.destination);
    source.start(at);
    source.stop(at + length);
  }

  // High: three pulses, a gap, two; then the same once more.
  function burst(priority, pulses) {
    const [length, step] = PULSE[priority];
    let at = context.currentTime + 0.05;
    for (let index = 0; index < pulses; index += 1) {
      tone(at, length, priority === "high" ? 660 : priority === "medium" ? 520 : 392);
      const place = index % 5;
      at += step + (priority === "high" && place === 2 ? 0.2 : 0)
        + (priority === "high" && place === 4 ? 0.5 : 0);
    }
    return at - context.currentTime;
  }

  return {
    get ready() { return context !== null && context.state === "running"; },
    async unlock() {
      context = context || new AudioContext();
      await context.resume();
    },
    // Call it often: it plays the most urgent of what is to be heard, and nothing when none is.
    play(priorities, signals) {
      const most = RANK.filter((one) => priorities.includes(one)).pop();
      if (!most || !this.ready) { playing = ""; return; }
      const now = performance.now() / 1000;
      if (most === playing && now < next) return;
      playing = most;
      next = now + burst(most, signals[most].pulses) + signals[most].gap;
    },
  };
})();
