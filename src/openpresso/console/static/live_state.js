// Where the session stands: state, what comes next, time, seat, and what may be done now.
"use strict";

(() => {
  const { find, say, write, whole, clock, given } = live;
  const RUNNING = ["running", "pausing", "paused"];
  let before = null;

  function paint(now) {
    const [state, then] = given.states[now.state] || [now.state, ""];
    const program = now.program;
    for (const node of document.querySelectorAll("[data-show=state]")) write(node, state);
    live.root.dataset.state = now.state;
    write(find("#next b"), next(now, then));
    write(find("[data-show=phase]"), now.phase || "-");
    write(find("[data-show=cycle]"), String(now.cycle || "-"));
    write(find("[data-show=left]"), program ? clock(program.duration - now.program_time) : "-");
    write(find("[data-show=ceiling]"), program ? `${whole(program.ceiling * (now.trim ?? 1))} mmHg` : "-");
    find("#trim").hidden = !(now.trim < 1);
    if (now.trim < 1) write(find("#trim"), say("trimmed", { share: Math.round(100 * now.trim) }));
    if (program) write(find("#way-title"), program.title);
    const why = now.outcome === "delivered" ? "" : now.reason;
    write(find("#reason"), [why, now.trouble].filter(Boolean).join(" "));
    find("#bar").value = program ? Math.min(1, now.program_time / program.duration) : 0;
    const done = find("#done");
    if (done.hidden && live.over && before && !before.outcome) setTimeout(() => done.scrollIntoView({ block: "center" }));
    done.hidden = !live.over;
    before = now;
    for (const [leg, cuff] of Object.entries(now.cuffs)) paintCuff(leg, cuff, now);
    paintSeat(now);
    allow(now);
    comfort(now);
    // Another client lies here now: names and forms of the page are those of the old one.
    if (program && program.client && program.client !== live.root.dataset.client) {
      liveDrawing.renew(`client-${program.client}-${now.record || ""}`);
    }
  }

  // Which cuff is next is said by name: the client sees one leg touched, then the other.
  function next(now, then) {
    if (now.state !== "idle") return then;
    if (dirty(now)) return say("clean-first");
    const off = legs(now).filter((leg) => (now.cuffs[leg] || {}).stage !== "on");
    if (!off.length || off.length > 1) return then;
    return say(`one-more-${off[0]}`);
  }
  // The station notes a cleaning only while no cuff is on: so both are clean before the first is.
  const dirty = (now) => legs(now).some((leg) => (now.cuffs[leg] || {}).used);
  const allOff = (now) =>
    live.resting && Object.values(now.cuffs).every((cuff) => now.outcome || !cuff.stage || cuff.stage === "off");
  function legs(now) {
    const which = now.program ? now.program.legs : "both";
    return which === "left" || which === "right" ? [which] : ["left", "right"];
  }

  function paintCuff(leg, cuff, now) {
    const parts = cuff.identity ? [cuff.identity.cuff, cuff.identity.serial] : [say("no-cuff")];
    if (cuff.used) parts.push(say("to-clean"));
    if (cuff.trouble) parts.push(cuff.trouble);
    write(find(`[data-cuff="${leg}"]`), parts.join(", "));
    const tile = find(`.turn[data-leg="${leg}"]`);
    if (!tile) return;
    const failed = cuff.fit && !cuff.fit.passed;
    const stage = !cuff.stage || !legs(now).includes(leg) ? "none" : failed ? "failed" : cuff.stage;
    tile.dataset.stage = stage;
    write(tile.querySelector("[data-stage-text]"), say(`stage-${stage}`));
    tile.querySelector("[data-dirty]").hidden = !cuff.used || !allOff(now);
  }

  function paintSeat(now) {
    const holder = now.seat.holder;
    const silent = holder && now.seat.silent_for > 10
      ? ` ${say("silent", { name: holder, seconds: Math.round(now.seat.silent_for) })}` : "";
    const who = live.mine ? say("mine") : holder ? say("watching", { name: holder }) : say("free");
    write(find("#seat b"), who + silent);
    for (const button of document.querySelectorAll("[data-seat]")) {
      button.hidden = button.dataset.seat !== (live.mine ? "mine" : holder ? "other" : "free");
    }
  }

  // What the state does not allow is not offered; what is offered, the station still decides.
  function allow(now) {
    for (const form of document.querySelectorAll("[data-needs]")) {
      const needs = form.dataset.needs;
      let can = !needs || now.allowed.includes(needs);
      if (needs === "running") can = RUNNING.includes(now.state);
      if (needs === "chamber") can = Boolean(now.program) && !live.over;
      const turn = form.closest(".turn");
      if (turn && needs === "turn-on") can = can && turn.dataset.stage === "off" && !dirty(now);
      if (needs !== "chamber") form.hidden = !can;
      for (const button of form.querySelectorAll("button:not([type=button])")) {
        button.disabled = !(can && live.mine);
      }
    }
  }

  // Two and a half minutes in, or halfway through a short one, the client is asked.
  function comfort(now) {
    const card = find("#comfort");
    if (!card) return;
    const due = now.program && now.program_time >= Math.min(150, now.program.duration / 2);
    const asked = card.dataset.asked === "yes";
    if (!live.mine || !RUNNING.includes(now.state)) { card.hidden = true; return; }
    if (due && !asked) card.hidden = false;
  }

  setInterval(() => { // one polite summary for those who listen
    const now = live.now;
    if (!now || live.resting || live.stale) return;
    const mean = (leg) => whole(liveDrawing.mean(now.cuffs[leg], "pressures"));
    write(find("#summary"), say("summary", {
      state: (given.states[now.state] || [now.state])[0],
      left: now.program ? clock(now.program.duration - now.program_time) : "-",
      a: mean("left"), b: mean("right"), alarms: now.alarms.length,
    }));
  }, 10000);

  live.onPaint(paint);
})();
