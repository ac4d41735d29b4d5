// Alarms of the live page: colour, flash, sound, text, cause, remedy; acknowledged by name.
"use strict";

(() => {
  const { find, say, write, given } = live;
  const SIGNS = { high: "!!!", medium: "!!", low: "!" };
  const place = find("#alarms");

  function paint(now) {
    const seen = new Set();
    for (const alarm of now.alarms || []) {
      seen.add(alarm.id);
      const node = [...place.children].find((one) => one.dataset.made === alarm.id) || make(alarm);
      show(node, alarm);
    }
    for (const node of [...place.children]) {
      if (!seen.has(node.dataset.made) && node.dataset.made !== "check") node.remove();
    }
  }

  function show(node, alarm) {
    const flash = given.signals[alarm.priority].flash, loud = alarm.audio || !alarm.acknowledged_by;
    const kind = ["alarm", alarm.priority];
    if (alarm.active) kind.push("active");
    if (flash > 0 && !alarm.acknowledged_by) kind.push("flash");
    if (node.className !== kind.join(" ")) node.className = kind.join(" ");
    flashing(node, alarm.priority);
    write(node.querySelector(".kind span"), say(alarm.priority));
    write(node.querySelector(".text"), said(alarm).text);
    write(node.querySelector(".state"), [
      alarm.active ? "" : say("over"),
      alarm.acknowledged_by ? say("seen", { name: alarm.acknowledged_by }) : "",
      alarm.audio ? "" : say("paused"),
    ].filter(Boolean).join(" "));
    // A sound that is paused comes back by itself; it can be paused again then.
    node.querySelector("form").hidden = !(live.mine && loud);
  }

  // The station's message is English; where the page has the condition in its own language, that.
  function said(alarm) {
    const own = given.alarms[alarm.condition];
    if (!own) return alarm;
    const filled = {
      place: alarm.leg == null ? say("station")
        : say(alarm.chamber ? "place-chamber" : "place", { leg: say(`cuff-${alarm.leg}`), n: alarm.chamber }),
      value: number(alarm.value, own.unit), limit: number(alarm.limit, own.unit),
      detail: alarm.detail ? ` (${alarm.detail})` : "",
    };
    const needs = own.text.includes("{value}") && alarm.value == null;
    const text = needs ? alarm.text
      : own.text.replace(/\{(\w+)\}/g, (whole, name) => (name in filled ? filled[name] : whole));
    return { text, cause: own.cause, remedy: own.remedy };
  }
  function number(value, unit) {
    if (value == null) return say("unknown");
    const text = value.toLocaleString(given.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return `${text} ${unit}`.trim();
  }

  function make(alarm) {
    const node = document.createElement("section"), own = said(alarm);
    node.dataset.alarm = node.dataset.made = alarm.id;
    node.setAttribute("role", "alert");
    const kind = add(node, "p", "kind", `${SIGNS[alarm.priority]} `);
    kind.append(document.createElement("span"));
    add(node, "p", "text", own.text);
    add(node, "p", "remedy", `${say("remedy")}: ${own.remedy}`);
    add(node, "p", "small", `${say("cause")}: ${own.cause}`);
    add(node, "p", "small state", "");
    const form = add(node, "form", "", "");
    form.method = "post";
    form.action = `${live.base}/do/acknowledge`;
    form.dataset.send = "";
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "alarm";
    field.value = alarm.id;
    form.append(field);
    add(form, "button", "", say("acknowledge"));
    place.append(node);
    return node;
  }
  function add(where, tag, cls, text) {
    const one = document.createElement(tag);
    one.className = cls;
    one.textContent = text;
    where.append(one);
    return one;
  }
  // How fast is the station's own table; the style says how.
  function flashing(node, priority) {
    const hertz = given.signals[priority].flash;
    if (hertz > 0) node.style.animationDuration = `${1 / hertz}s`;
  }

  // Sound: the most urgent of what is to be heard. Silence of the station is heard, too.
  const button = find("#sound");
  button.hidden = false;
  button.addEventListener("click", () => alarmSound.unlock());
  document.addEventListener("pointerdown", () => alarmSound.unlock(), { once: true });
  document.addEventListener("keydown", () => alarmSound.unlock(), { once: true });
  let checking = null;
  setInterval(() => {
    button.classList.toggle("armed", !alarmSound.ready);
    write(button, say(alarmSound.ready ? "sound-on" : "sound-off"));
    const loud = ((live.now && live.now.alarms) || []).filter((one) => one.audio).map((one) => one.priority);
    if (live.stale && !live.resting) loud.push("medium");
    if (checking && !loud.length) loud.push(checking);
    alarmSound.play(loud, given.signals);
  }, 250);

  // The check: each priority in turn is seen and heard, most urgent last.
  const check = find("#check-alarm");
  check.hidden = false;
  check.addEventListener("click", async () => {
    if (checking) return;
    await alarmSound.unlock();
    for (const priority of ["low", "medium", "high"]) {
      checking = priority;
      const node = document.createElement("section");
      node.dataset.made = "check";
      node.className = `alarm active ${priority}${given.signals[priority].flash > 0 ? " flash" : ""}`;
      node.setAttribute("role", "status");
      flashing(node, priority);
      add(node, "p", "kind", `${SIGNS[priority]} ${say(priority)}`);
      add(node, "p", "text", say("check"));
      place.append(node);
      place.scrollIntoView({ block: "nearest" });
      await new Promise((done) => { setTimeout(done, 3000); });
      node.remove();
    }
    checking = null;
  });

  live.onPaint(paint);
})();
