// Small charts as SVG: ships over time, a falling curve, points of cost against loss.
import { make, svg } from "./dom.js";
import { plain, short } from "./numbers.js";
import { word } from "./words.js";

const WIDE = 460, LEFT = 112, RIGHT = 10;
const text = (x, y, words, more = {}) => { const node = svg("text", { x, y, ...more }); node.textContent = words; return node; };
const tick = (value) => (value >= 1e5 ? short(value) : plain(value, value < 10 ? 1 : 0));
const nice = (most) => { const step = 10 ** Math.floor(Math.log10(most || 1)); return [1, 2, 5, 10].map((one) => one * step).find((one) => most / one <= 6) ?? step * 10; };

function frame(high, label, ...content) {
  return make("figure", { class: "chart" }, svg("svg", { viewBox: `0 0 ${WIDE} ${high}`, role: "img", "aria-label": label }, ...content), make("figcaption", {}, label));
}

function axis(most, x, top, bottom, unit) {
  const step = nice(most), out = [];
  for (let day = 0; day <= most; day += step) out.push(svg("path", { d: `M${x(day)} ${top}V${bottom}`, class: "grid" }), text(x(day), bottom + 13, plain(day, 0), { "text-anchor": "middle" }));
  out.push(text(WIDE - RIGHT, bottom + 26, unit, { "text-anchor": "end" }));
  return out;
}

/** Which ship does what when: sailing, waiting for a permit, working. */
export function gantt(schedule) {
  const ships = [...new Set(schedule.map((job) => job.ship))];
  const most = Math.max(...schedule.map((job) => job.done_day), 1), high = ships.length * 20 + 40;
  const x = (day) => LEFT + (WIDE - LEFT - RIGHT) * day / most;
  const bars = schedule.flatMap((job) => {
    const y = 8 + ships.indexOf(job.ship) * 20;
    const bar = (from, to, name, tip) => (to - from > 0.01 ? [svg("rect", { x: x(from), y, width: Math.max(1, x(to) - x(from)), height: 14, class: name }, (() => { const t = svg("title"); t.textContent = tip; return t; })())] : []);
    return [...bar(job.depart_day, job.arrive_day, "sail", `${job.ship}: ${word("sails")} ${plain(job.depart_day)}–${plain(job.arrive_day)}`),
      ...bar(job.arrive_day, job.start_day, "wait", `${word("waits")}: ${job.held_by || ""}`),
      ...bar(job.start_day, job.done_day, "work", `${job.cable} ${job.segment_id}: ${plain(job.start_day)}–${plain(job.done_day)}`)];
  });
  return frame(high, word("chart_gantt"), ...axis(most, x, 4, high - 30, word("days")), ...ships.map((ship, i) => text(LEFT - 6, 19 + i * 20, ship.slice(0, 18), { "text-anchor": "end" })), ...bars);
}

/** One or more step curves that fall as repairs are done: [{name, points: [[day, value]]}]. */
export function curves(series, unit, label) {
  const most = Math.max(...series.flatMap((one) => one.points.map(([day]) => day)), 1), top = Math.max(...series.flatMap((one) => one.points.map(([, value]) => value)), 1e-9);
  const left = 46, high = 190, x = (day) => left + (WIDE - left - RIGHT) * day / most, y = (value) => 10 + (high - 46) * (1 - value / top);
  const lines = series.map(({ points }, i) => svg("path", { class: `curve c${i}`, d: points.map(([day, value], j) => (j ? `H${x(day)}V${y(value)}` : `M${x(day)} ${y(value)}`)).join("") + `H${x(most)}` }));
  const keys = series.map(({ name }, i) => [svg("path", { class: `curve c${i}`, d: `M${WIDE - 150} ${20 + 16 * i}h22` }), text(WIDE - 122, 24 + 16 * i, name)]).flat();
  return frame(high, label, ...axis(most, x, 10, high - 36, word("days")), text(left - 5, 16, tick(top), { "text-anchor": "end" }), text(left - 5, high - 36, "0", { "text-anchor": "end" }), text(2, 30, unit, {}), ...lines, ...(series.length > 1 ? keys : []));
}

/** Points joined by steps: what each budget leaves. */
export function frontier(points, unitX, unitY, label) {
  const most = Math.max(...points.map(([a]) => a), 1), top = Math.max(...points.map(([, b]) => b), 1e-9);
  const left = 56, high = 190, x = (a) => left + (WIDE - left - RIGHT - 10) * a / most, y = (b) => 12 + (high - 50) * (1 - b / top);
  return frame(high, label, ...axis(most, x, 10, high - 38, unitX), text(left - 6, 18, tick(top), { "text-anchor": "end" }), text(left - 6, high - 38, "0", { "text-anchor": "end" }), text(2, 32, unitY),
    svg("path", { class: "curve c0", d: points.map(([a, b], i) => (i ? `H${x(a)}V${y(b)}` : `M${x(a)} ${y(b)}`)).join("") }), ...points.map(([a, b]) => svg("circle", { cx: x(a), cy: y(b), r: 4, class: "point" })));
}
