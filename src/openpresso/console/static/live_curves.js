// Curves of the live page: set-point and pressure of the last two minutes, one plot for each leg.
"use strict";

(() => {
  const SHOWN = 120; // [s]
  const curves = {};

  function remember(now) {
    for (const [leg, cuff] of Object.entries(now.cuffs)) {
      const one = curves[leg] || (curves[leg] = { data: [[], [], []], plot: null });
      const [times, wanted, measured] = one.data;
      if (times.length && now.time < times[times.length - 1]) for (const row of one.data) row.length = 0;
      if (times.length && now.time - times[times.length - 1] < 0.09) continue;
      const pick = (name) => {
        if (!live.chosen) return liveDrawing.mean(cuff, name);
        const value = live.list(cuff, name)[Number(live.chosen.split(".")[1]) - 1];
        return value == null || value < 0 ? null : value;
      };
      times.push(now.time);
      wanted.push(pick("set_points"));
      measured.push(pick("pressures"));
      let old = 0;
      while (times[old] < now.time - SHOWN) old += 1;
      if (old) for (const row of one.data) row.splice(0, old);
    }
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function make(leg) {
    const place = document.getElementById(`curve-${leg}`);
    if (!place || typeof uPlot === "undefined") return null;
    place.replaceChildren();
    const axis = {
      stroke: colour("--ink-soft"), ticks: { show: false }, font: "13px system-ui, sans-serif",
      grid: { stroke: colour("--line"), width: 1 },
    };
    const top = (high) => Math.max(20, (high || 0) * 1.1, live.now.program ? live.now.program.ceiling : 0);
    return new uPlot({
      width: Math.max(200, place.clientWidth), height: Math.max(170, place.clientHeight),
      cursor: { show: false }, legend: { show: false },
      scales: {
        x: { time: false, range: () => [live.now.time - SHOWN, live.now.time] },
        y: { range: (plot, low, high) => [0, top(high)] },
      },
      axes: [
        { ...axis, splits: () => [-120, -90, -60, -30, 0].map((ago) => live.now.time + ago),
          values: (plot, ticks) => ticks.map((tick) => `${Math.round(tick - live.now.time)} s`) },
        { ...axis, size: 40 },
      ],
      series: [{},
        { stroke: colour("--ink-soft"), width: 1.5, dash: [5, 4], points: { show: false } },
        { stroke: colour("--brand"), width: 2.4, points: { show: false } }],
    }, curves[leg].data, place);
  }

  function remake() {
    for (const one of Object.values(curves)) { if (one.plot) one.plot.destroy(); one.plot = null; }
  }
  setInterval(() => {
    if (!live.now || document.hidden) return;
    for (const [leg, one] of Object.entries(curves)) {
      one.plot = one.plot || make(leg);
      if (one.plot) one.plot.setData(one.data);
    }
  }, 250);
  addEventListener("resize", remake);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", remake);
  document.addEventListener("chosen", () => {
    for (const [leg, one] of Object.entries(curves)) {
      for (const row of one.data) row.length = 0;
      const which = live.chosen ? live.say("chamber", { n: live.chosen.split(".")[1] }) : live.say("mean");
      live.write(live.find(`[data-curve="${leg}"]`), which);
    }
  });
  live.onNews(remember);
})();
